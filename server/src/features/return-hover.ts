/** Hover on what a program returns: `XDP_PASS`, the 1 of `return 1;`. */
import { parseSectionName } from '#core/bpf/section-name';
import { returnValues } from '#core/bpf/return-values';
import { isInComment, tokensBefore } from '../analysis/cursor-tokens';
import { describeReturn } from '../returns/describe';
import { contains, type DocumentView } from '../view';
import type { Hover } from './hover';
import { wordAt } from './word';

export function returnHover(view: DocumentView, offset: number): Hover | undefined {
  const word = wordAt(view.text, offset);
  const { programs } = view.source.lookup.at(offset);
  const program = word && programs.find(({ function: fn }) => contains(fn.bodySpan, offset));
  const def = program && parseSectionName(program.section.value)?.def;
  if (word === undefined || def === undefined || isInComment(view.text, word.end)) return undefined;
  const tokens = tokensBefore(view.text, word.end);
  const before = tokens.at(-2)?.text;
  const minus = before === '-' && tokens.at(-3)?.text === 'return';
  const text = view.text.slice(word.start, word.end);
  // A number means something only where it is returned; a name of the headers is one anywhere.
  const isReturned = before === 'return' || minus;
  const one = returnValues(def).find(
    ({ name, value }) => name === text || (isReturned && String(value) === `${minus ? '-' : ''}${text}`),
  );
  if (one === undefined || tokens.at(-1)?.kind === 'string') return undefined;
  return { markdown: `${describeReturn(one)}.\n\nReturned by programs of \`${def.name}\`.`, span: word };
}
