/** C strings as they are, and as they may be shown: nothing that a host sends can move a cursor or hide itself. */
import type { Codec } from './codec';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** An array of characters, up to its first NUL byte or the end of the record. */
export function textCodec(length: number): Codec {
  return {
    numeric: false,
    json: ({ bytes }, at, end) => decodeText(bytes, at, Math.min(at + length, end)),
    text: ({ bytes }, at, end) => {
      const last = Math.min(at + length, end);
      return printable(bytes, at, last) ?? visible(decodeAny(bytes, at, last));
    },
  };
}

/** The bytes up to the first NUL as UTF-8; what is not UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return printable(bytes, start, end) ?? decodeAny(bytes, start, end);
}

/** The text, where it is printable ASCII and no more. */
function printable(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) return text;
    if (byte > 0x7e || byte < 0x20) return undefined;
    text += ASCII[byte] ?? '';
  }
  return text;
}

/** One string per byte: to append one of them is cheaper than to make one. */
const ASCII: readonly string[] = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

function decodeAny(bytes: Uint8Array, start: number, end: number): string {
  const nul = bytes.indexOf(0, start);
  return decoder.decode(bytes.subarray(start, nul < 0 || nul > end ? end : nul));
}

/** Control characters, line separators, and what has no width or turns the direction of what follows. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** What would not be seen, or would move a cursor, as C writes it: `\n`, `\x1b`, `\u202e`. Backslashes stay what they are. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return ESCAPES[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`);
  });
}
