/**
 * The string of a `SEC("…")` under the cursor, from its line alone: the first completion of a session does not wait for
 * the parser. What needs more than the line (macros, concatenation) is left to the analysis.
 */
import type { SectionCursor } from '../../analysis/cursor-model';

const before = /(?:\bSEC|\bsection)\s*\(\s*"((?:[^"\\\n]|\\.)*)$/;
/** A section's name has no brackets in it and ends before a comment: a quote behind such is another string's. */
const closed = /^(?:(?!\s\/[/*])[^"\\\n;{}()])*(?=")/;
const unclosed = /^[\w./:+*?-]*/;

export function sectionCursorIn(text: string, offset: number): SectionCursor | undefined {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const typed = before.exec(line)?.[1];
  if (typed === undefined || isComment(text, line, offset)) return undefined;
  const end = text.indexOf('\n', offset);
  const rest = text.slice(offset, end < 0 ? text.length : end);
  const inside = closed.exec(rest)?.[0];
  const tail = inside ?? unclosed.exec(rest)?.[0] ?? '';
  const behind = rest.slice(tail.length + (inside === undefined ? 0 : 1));
  return {
    kind: 'section',
    typed,
    span: { start: offset - typed.length, end: offset + tail.length },
    quoteClosed: inside !== undefined,
    parenthesisClosed: /^\s*\)/.test(behind),
  };
}

function isComment(text: string, line: string, offset: number): boolean {
  return (
    /\/\/.*\b(?:SEC|section)\b/.test(line) || text.lastIndexOf('/*', offset) > text.lastIndexOf('*/', offset)
  );
}
