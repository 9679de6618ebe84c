/**
 * Text of a host as it may be shown: a host can send anything, and a terminal obeys some of it. Line feeds and tabs
 * stay; escape sequences, other control characters and the marks that turn the direction of text go.
 */

/** Operating system commands and the like up to their end, control sequences, and other two-character escapes. */
const escapes =
  // From text, because control characters in a literal cannot be read.
  new RegExp(
    [
      String.raw`\x1b[\]PX^_][\s\S]*?(?:\x07|\x1b\\|\x9c|$)`,
      String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`,
      String.raw`\x1b[ -/]*[0-~]?`,
    ].join('|'),
    'g',
  );
const control = String.raw`[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]`;
const controls = new RegExp(control, 'g');
/** Nearly all text has none, and may be long: one look is cheaper than two replacements. */
const anyControl = new RegExp(control);

export function cleanText(text: string): string {
  return anyControl.test(text) ? text.replace(escapes, '').replace(controls, '') : text;
}

/** `cleanText` on one line, at most `limit` characters. */
export function cleanLine(text: string, limit = 500): string {
  const line = cleanText(text).replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

/** Every string in a value made of plain data. */
export function cleanStrings<T>(value: T): T {
  return cleaned(value) as T;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cleaned(member)]));
}
