/**
 * The header of a BTF blob and its two sections. What lies outside the bytes is cut off and reported.
 */
import type { Parsed, Problem } from '../result';

export interface Sections {
  readonly littleEndian: boolean;
  /** The type section as words in the byte order of this machine: the section holds nothing but 32-bit words. */
  readonly words: Uint32Array;
  /** The string section: strings that end in a NUL byte. */
  readonly strings: Uint8Array;
}

const HEADER_BYTES = 24;
const MAGIC = 0xeb9f;
const VERSION = 1;
const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export function readSections(bytes: Uint8Array): Parsed<Sections> {
  const problems: Problem[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nothing = (message: string, littleEndian = true): Parsed<Sections> => ({
    value: { littleEndian, words: new Uint32Array(0), strings: new Uint8Array(0) },
    problems: [{ message, where: 'header' }],
  });

  if (bytes.length < HEADER_BYTES) {
    return nothing(`BTF needs a header of ${HEADER_BYTES} bytes, there are ${bytes.length}`);
  }
  const littleEndian = view.getUint16(0, true) === MAGIC;
  if (!littleEndian && view.getUint16(0, false) !== MAGIC) return nothing('not BTF: the magic is missing');
  if (view.getUint8(2) !== VERSION)
    return nothing(`BTF version ${view.getUint8(2)} is unknown`, littleEndian);

  const field = (offset: number) => view.getUint32(offset, littleEndian);
  const headerLength = field(4);
  if (headerLength < HEADER_BYTES || headerLength > bytes.length) {
    return nothing(`header length ${headerLength} is out of range`, littleEndian);
  }

  /** A section of `length` bytes at `offset` from the end of the header, as far as it lies within the bytes. */
  const section = (name: string, offset: number, length: number): Uint8Array => {
    const start = headerLength + offset;
    const end = start + length;
    if (end > bytes.length) {
      problems.push({
        message: `the ${name} section ends at ${end}, the data at ${bytes.length}`,
        where: 'header',
      });
    }
    return bytes.subarray(Math.min(start, bytes.length), Math.min(end, bytes.length));
  };
  const types = section('type', field(8), field(12));
  const strings = section('string', field(16), field(20));
  return { value: { littleEndian, words: toWords(types, littleEndian), strings }, problems };
}

/** A view where alignment and byte order allow it, else a copy. A last incomplete word is left out. */
function toWords(bytes: Uint8Array, littleEndian: boolean): Uint32Array {
  const count = bytes.length >>> 2;
  const sameOrder = littleEndian === hostIsLittleEndian;
  if (sameOrder && bytes.byteOffset % 4 === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  }
  const words = new Uint32Array(count);
  new Uint8Array(words.buffer).set(bytes.subarray(0, count * 4));
  if (!sameOrder) {
    for (let i = 0; i < count; i++) {
      const word = words[i] ?? 0;
      words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
    }
  }
  return words;
}
