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
  const kinds = kindsAt(view, offset);
  const callable: string[] = [];
  const refused = new Map<string, string>();
  for (const name of names) {
    if (view.besideClangd && declared.has(name)) continue;
    const said = refusal(kernel.index, name, kinds);
    if (said === undefined) callable.push(name);
    else refused.set(name, said);
    if (callable.length === maxItems) break;
  }
  const item = (name: string): readonly CompletionItem[] => {
    const kfunc = kfuncNamed(kernel.index.types, name);
    // Tagged as well: what only programs of fmod_ret may change. A call has at most five arguments.
    if (kfunc === undefined || kfunc.parameters.length > 5) return [];
    const { prototype } = kfunc;
    return [
      {
        label: name,
        labelDetail: prototype.slice(prototype.indexOf(`${name}(`) + name.length),
        labelDescription: refused.get(name) ?? 'kfunc',
        kind: 'function',
        detail: prototype,
        replace: { start: word.start, end: endOfWord(text, offset) },
        newText: name,
        filterText: word.text,
        ...(!declared.has(name) && {
          additionalEdits: [declarationEdit(view, `extern ${prototype} __ksym;`)],
        }),
      },
    ];
  };
  return {
    callable: callable.flatMap(item),
    refused: [...refused.keys()].slice(0, maxItems - callable.length).flatMap(item),
  };
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
