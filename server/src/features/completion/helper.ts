/** In a function's body, from `bpf_` on: the kernel's helpers. */
import { isInComment, tokensBefore } from '../../analysis/cursor-tokens';
import { endOfWord } from '../../analysis/lexer';
import { helperNamed, helperNames } from '../../helpers/helpers';
import { contains, type DocumentView } from '../../view';
import type { CompletionItem, CompletionList } from './item';

const prefix = 'bpf_';
const maxItems = 30;

/** Undefined where no such name is being typed. */
export function completeHelper(view: DocumentView, offset: number): CompletionList | undefined {
  const { text, source } = view;
  const tokens = tokensBefore(text, offset);
  const word = tokens.at(-1);
  if (word?.kind !== 'word' || word.end !== offset || isInComment(text, offset)) return undefined;
  if (/^(?:->|\.|struct|union|enum|goto)$/.test(tokens.at(-2)?.text ?? '')) return undefined;
  if (!source.functions.some(({ bodySpan }) => contains(bodySpan, offset))) return undefined;
  // Nothing yet, but clients are to ask again.
  if (!word.text.startsWith(prefix))
    return prefix.startsWith(word.text) ? { items: [], incomplete: true } : undefined;
  const replace = { start: word.start, end: endOfWord(text, offset) };
  return { items: matching(word.text).map((name) => helperItem(name, replace, word.text)), incomplete: true };
}

/** Those that begin as typed, then those with the typed words anywhere. */
function matching(typed: string): readonly string[] {
  const words = typed.slice(prefix.length).split('_');
  const [begin, others] = [true, false].map((begins) =>
    helperNames.filter(
      (name) =>
        name.startsWith(typed) === begins && words.every((part) => name.includes(part, prefix.length)),
    ),
  );
  return [...(begin ?? []), ...(others ?? [])].slice(0, maxItems);
}

function helperItem(name: string, replace: CompletionItem['replace'], typed: string): CompletionItem {
  const prototype = helperNamed(name)?.prototype ?? '';
  return {
    label: name,
    labelDetail: prototype.slice(prototype.indexOf('(')),
    labelDescription: 'BPF helper',
    kind: 'function',
    detail: prototype,
    replace,
    newText: name,
    filterText: typed,
    subject: { kind: 'helper', name },
  };
}
