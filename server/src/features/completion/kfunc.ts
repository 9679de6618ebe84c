/** In a function's body: kernel functions for BPF programs, declared with the first call; those that the program must not call last. */
import type { SectionDef } from '#core/bpf/sections';
import type { KernelIndex } from '#core/kernel/model';
import { isInComment, tokensBefore } from '../../analysis/cursor-tokens';
import { endOfWord } from '../../analysis/lexer';
import { isForSleepable, mayCall } from '../../kfuncs/availability';
import { kfuncNamed, kfuncNames } from '../../kfuncs/kfuncs';
import { contains, type DocumentView } from '../../view';
import { declarationEdit } from './declaration';
import { kindsAt } from './helper';
import type { CompletionItem } from './item';

const maxItems = 20;

export interface KfuncItems {
  readonly callable: readonly CompletionItem[];
  /** Those that the verifier refuses here. */
  readonly refused: readonly CompletionItem[];
}

/** Undefined where no such name is being typed; beside clangd, without those that the file declares, which it knows. */
export function completeKfunc(view: DocumentView, offset: number): KfuncItems | undefined {
  const { text, source, kernel } = view;
  const tokens = tokensBefore(text, offset);
  const word = tokens.at(-1);
  if (word?.kind !== 'word' || word.end !== offset || word.text.length < 3) return undefined;
  if (/^(?:->|\.|struct|union|enum|goto)$/.test(tokens.at(-2)?.text ?? '') || isInComment(text, offset))
    return undefined;
  if (!source.lookup.at(offset).functions.some(({ bodySpan }) => contains(bodySpan, offset)))
    return undefined;
  const names = matching(kfuncNames(kernel.index.types), word.text);
  if (names.length === 0) return undefined;
  const declared = new Set(source.kernelFunctions.map(({ name }) => name));
  const replace = { start: word.start, end: endOfWord(text, offset) };
  const kinds = kindsAt(view, offset);
  const callable: CompletionItem[] = [];
  const refused: CompletionItem[] = [];
  for (const name of names) {
    const isDeclared = declared.has(name);
    if (view.besideClangd && isDeclared) continue;
    const kfunc = kfuncNamed(kernel.index.types, name);
    // Tagged as well: what only programs of fmod_ret may change. A call has at most five arguments.
    if (kfunc === undefined || kfunc.parameters.length > 5) continue;
    const said = refusal(kernel.index, name, kinds);
    (said === undefined ? callable : refused).push({
      label: name,
      labelDetail: kfunc.prototype.slice(kfunc.prototype.indexOf(`${name}(`) + name.length),
      labelDescription: said ?? 'kfunc',
      kind: 'function',
      detail: kfunc.prototype,
      replace,
      newText: name,
      filterText: word.text,
      ...(!isDeclared && {
        additionalEdits: [declarationEdit(view, `extern ${kfunc.prototype} __ksym;`)],
      }),
    });
    if (callable.length === maxItems) break;
  }
  return { callable, refused: refused.slice(0, maxItems - callable.length) };
}

/** Why no program that comes here may call it. */
function refusal(index: KernelIndex, name: string, kinds: readonly SectionDef[]): string | undefined {
  const [first] = kinds;
  if (first === undefined || kinds.some((def) => mayCall(index, name, def) !== false)) return undefined;
  if (kinds.every((def) => isForSleepable(index, name, def))) return 'for programs that may sleep';
  return kinds.length === 1 ? `not for ${first.name}` : 'not for these programs';
}

/** Those that begin as typed, then those with the typed words anywhere. */
function matching(names: readonly string[], typed: string): readonly string[] {
  const words = typed.split('_').filter((part) => part !== '');
  const begin = names.filter((name) => name.startsWith(typed));
  const others = names.filter(
    (name) => !name.startsWith(typed) && words.every((part) => name.includes(part)),
  );
  return [...begin, ...others];
}
