/** In a function's body: kernel functions for BPF programs, declared with the first call. */
import { isInComment, tokensBefore } from '../../analysis/cursor-tokens';
import { endOfWord } from '../../analysis/lexer';
import { kfuncNamed, kfuncNames } from '../../kfuncs/kfuncs';
import { contains, type DocumentView } from '../../view';
import { declarationEdit } from './declaration';
import type { CompletionItem } from './item';

const maxItems = 20;

/** Empty where no such name is being typed; beside clangd, without those that the file declares, which it knows. */
export function completeKfunc(view: DocumentView, offset: number): readonly CompletionItem[] {
  const { text, source, kernel } = view;
  const tokens = tokensBefore(text, offset);
  const word = tokens.at(-1);
  if (word?.kind !== 'word' || word.end !== offset || word.text.length < 3) return [];
  if (/^(?:->|\.|struct|union|enum|goto)$/.test(tokens.at(-2)?.text ?? '') || isInComment(text, offset))
    return [];
  if (!source.lookup.at(offset).functions.some(({ bodySpan }) => contains(bodySpan, offset))) return [];
  const names = matching(kfuncNames(kernel.index.types), word.text);
  if (names.length === 0) return [];
  const declared = new Set(source.kernelFunctions.map(({ name }) => name));
  const replace = { start: word.start, end: endOfWord(text, offset) };
  return names
    .filter((name) => !view.besideClangd || !declared.has(name))
    .slice(0, maxItems)
    .flatMap((name) => {
      const kfunc = kfuncNamed(kernel.index.types, name);
      // Tagged as well: what only programs of fmod_ret may change. A call has at most five arguments.
      if (kfunc === undefined || kfunc.parameters.length > 5) return [];
      const item: CompletionItem = {
        label: name,
        labelDetail: kfunc.prototype.slice(kfunc.prototype.indexOf(`${name}(`) + name.length),
        labelDescription: 'kfunc',
        kind: 'function',
        detail: kfunc.prototype,
        replace,
        newText: name,
        filterText: word.text,
        ...(!declared.has(name) && {
          additionalEdits: [declarationEdit(view, `extern ${kfunc.prototype} __ksym;`)],
        }),
      };
      return [item];
    });
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
