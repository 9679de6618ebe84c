/** Names of the text, found without a parser: also in code that does not parse yet. */
import type { Span } from '../analysis/model';

/** The C identifier that the offset is in or at the end of. */
export function wordAt(text: string, offset: number): Span | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && isNamePart(text.charCodeAt(start - 1))) start--;
  while (end < text.length && isNamePart(text.charCodeAt(end))) end++;
  return start < end ? { start, end } : undefined;
}

/** A `struct NAME` or `union NAME` with the offset in its tag or keyword, as the span of the tag. */
export function tagAt(
  text: string,
  offset: number,
): { readonly kind: 'struct' | 'union'; readonly span: Span } | undefined {
  const word = wordAt(text, offset);
  if (word === undefined) return undefined;
  const before = /\b(struct|union)\s+$/.exec(text.slice(Math.max(0, word.start - 40), word.start))?.[1];
  if (before === 'struct' || before === 'union') return { kind: before, span: word };
  const keyword = text.slice(word.start, word.end);
  const gap = /^\s+(?=[A-Za-z_])/.exec(text.slice(word.end, word.end + 40))?.[0];
  if ((keyword !== 'struct' && keyword !== 'union') || gap === undefined) return undefined;
  const tag = wordAt(text, word.end + gap.length);
  return tag && { kind: keyword, span: tag };
}

function isNamePart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}
