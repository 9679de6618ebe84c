/** Bytes that are an address of a network, or just bytes. */
import { word, type Codec } from './codec';
import type { ByteSource } from './source';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (byte: number | undefined): string => HEX[byte ?? 0] ?? '';

/** In network byte order, as everything that is an address is. */
export const ipv4: Codec = word(4, ({ bytes }, at) => bytes.subarray(at, at + 4).join('.'));

export const mac: Codec = word(6, ({ bytes }, at) =>
  Array.from(bytes.subarray(at, at + 6), (byte) => hex(byte)).join(':'),
);

export const ipv6: Codec = word(16, ({ view }, at) =>
  ipv6Text(Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i, false))),
);

/** RFC 5952: the longest run of zero groups, of at least two, as `::`; an IPv4 address in IPv6 with dots. */
function ipv6Text(groups: readonly number[]): string {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const [a = 0, b = 0] = groups.slice(6);
    return `::ffff:${a >>> 8}.${a & 0xff}.${b >>> 8}.${b & 0xff}`;
  }
  const run = longestZeroRun(groups);
  const words = (from: number, to?: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return run.length < 2 ? words(0) : `${words(0, run.start)}::${words(run.start + run.length)}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** More are not shown to a person. */
const SHOWN = 64;

/** Bytes as hexadecimal digits, up to the end of the record. */
export function bytesCodec(length: number): Codec {
  const digits = ({ bytes }: ByteSource, at: number, end: number) => {
    let text = '';
    for (let i = at; i < end; i++) text += hex(bytes[i]);
    return text;
  };
  return {
    numeric: false,
    json: (source, at, end) => digits(source, at, Math.min(at + length, end)),
    text: (source, at, end) => {
      const last = Math.min(at + length, end);
      const shown = digits(source, at, Math.min(last, at + SHOWN));
      return last - at > SHOWN ? `${shown}… (${last - at} bytes)` : shown;
    },
  };
}
