/**
 * Edits of a text that nobody has looked at yet, as one: who types is asked about at the last of a few keys, and what a
 * declaration said at each of them need not be known.
 */
import type { TextEdit } from './analyzer';
import type { Span } from './model';

/** Characters between two edits that are taken together: what lies between them is read again. */
const reach = 200;

export class PendingEdit {
  #text: string;
  /** In the text that was taken last; as many characters as `#end` says have come in its place. */
  #span: Span | undefined;
  /** In the current text. */
  #end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** With all edits. */
  get text(): string {
    return this.#text;
  }

  /** Whether an edit of the current text is near enough to what is pending. */
  joins({ start, end }: Span): boolean {
    return this.#span === undefined || (end >= this.#span.start - reach && start <= this.#end + reach);
  }

  /** @param text after the edit, where it is there already */
  add({ span, newText }: TextEdit, text?: string): void {
    const start = Math.max(0, Math.min(span.start, this.#text.length));
    const end = Math.max(start, Math.min(span.end, this.#text.length));
    const shift = newText.length - (end - start);
    const known = this.#span ?? { start, end: start };
    const last = this.#span === undefined ? start : this.#end;
    this.#span = { start: Math.min(known.start, start), end: known.end + Math.max(0, end - last) };
    this.#end = Math.max(last, end) + shift;
    this.#text =
      text?.length === this.#text.length + shift
        ? text
        : this.#text.slice(0, start) + newText + this.#text.slice(end);
  }

  /** What has been added since it was taken last. */
  take(): TextEdit | undefined {
    const span = this.#span;
    this.#span = undefined;
    return span && { span, newText: this.#text.slice(span.start, this.#end) };
  }
}
