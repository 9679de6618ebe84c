/** Values of C string and character literals. */

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
};

/** The text between the quotes of a literal with its escapes decoded; an escape that C does not have stands for itself. */
export function decodeEscapes(body: string): string {
  if (!body.includes('\\')) return body;
  return body.replaceAll(
    /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))/gs,
    (_, hex?: string, octal?: string, one?: string) => {
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
      return simpleEscapes[one ?? ''] ?? one ?? '';
    },
  );
}
