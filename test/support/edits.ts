/** Edits of a text, as fixes have them. */
import type { MarkedRange } from './markers';

/** Those at the same place in their order. */
export function applyEdits(
  text: string,
  edits: readonly { readonly span: MarkedRange; readonly newText: string }[],
): string {
  let done = '';
  let at = 0;
  for (const { span, newText } of edits.toSorted((a, b) => a.span.start - b.span.start)) {
    if (span.start < at) throw new Error(`edits overlap at ${span.start}`);
    done += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return done + text.slice(at);
}
