/** A place as the verifier's log names it: what the fixes for its verdicts go by. */
import type { Verdict } from '#core/messages/verdict-fixes';

export function labelAt(text: string, offset: number): Verdict['labels'][number] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return {
    line: text.slice(0, offset).split('\n').length,
    column: offset - start + 1,
    text: text.slice(start, end < 0 ? text.length : end),
  };
}
