/** Behind `return`, in a program: what its section may return. */
import { parseSectionName } from '#core/bpf/section-name';
import { returnValues, type ReturnValue } from '#core/bpf/return-values';
import { isInComment, tokensBefore } from '../../analysis/cursor-tokens';
import { endOfWord } from '../../analysis/lexer';
import type { SourceAnalysis } from '../../analysis/model';
import { nameOf } from '../../returns/describe';
import { contains, type DocumentView } from '../../view';
import type { CompletionItem, CompletionList } from './item';

/** Undefined where no value is being typed, or the section gives none a meaning. */
export function completeReturn({ text, source }: DocumentView, offset: number): CompletionList | undefined {
  const tokens = tokensBefore(text, offset);
  const last = tokens.at(-1);
  const isTyped = last?.end === offset && last.text !== 'return';
  const before = isTyped ? tokens.at(-2) : last;
  if (before?.text !== 'return' || before.end === offset || isInComment(text, offset)) return undefined;
  const typed = isTyped ? last.text : '';
  // A helper is as likely.
  if ((isTyped && !/^\w+$/.test(typed)) || (typed !== '' && 'bpf_'.startsWith(typed.slice(0, 4))))
    return undefined;
  const program = source.lookup.at(offset).programs.find(({ function: fn }) => contains(fn.bodySpan, offset));
  const def = program && parseSectionName(program.section.value)?.def;
  const values = def === undefined ? [] : returnValues(def);
  if (values.length === 0) return undefined;
  const replace = { start: isTyped ? last.start : offset, end: endOfWord(text, offset) };
  const items = values.map((one): CompletionItem => ({
    label: nameOf(one),
    labelDescription: one.text.replaceAll('`', ''),
    kind: 'constant',
    ...(one.name !== undefined && { detail: `${one.name} = ${one.value}` }),
    replace,
    newText: nameOf(one),
    ...definition(source, one),
  }));
  return { items, incomplete: true };
}

/** vmlinux.h has no macros: where the header is not included, the item brings the line. */
function definition(
  { text, includes, constants }: SourceAnalysis,
  { name, header, value }: ReturnValue,
): Pick<CompletionItem, 'additionalEdits'> {
  if (name === undefined || header === undefined || constants.has(name)) return {};
  // Any other header may define it.
  if (includes.some(({ path }) => path === header || !isKnown(path))) return {};
  const last = includes.at(-1)?.span.end ?? 0;
  const at = last === 0 ? 0 : text.indexOf('\n', last) + 1;
  if (last > 0 && at === 0) return {};
  const newText = `#define ${name} ${value < 0 ? `(${value})` : value}\n`;
  return { additionalEdits: [{ span: { start: at, end: at }, newText }] };
}

const isKnown = (path: string): boolean => /(?:^|\/)vmlinux[\w.-]*\.h$|^bpf\/|^linux\//.test(path);
