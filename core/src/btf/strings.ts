/**
 * The string section of a BTF file, on top of its base's: string offsets of split BTF continue the base's.
 * Nothing is decoded until it is asked for, and names are hashed and compared as bytes.
 */

/** Longer strings are cut (the kernel allows names of 511): many records that share one long tail stay cheap. */
const MAX_STRING_BYTES = 1024;

/** So many strings are decoded one by one before the whole section is. */
const SINGLES = 1000;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Strings {
  /** One more than the highest offset, counted from the start of the first base. */
  readonly end: number;
  readonly #bytes: Uint8Array;
  readonly #base: Strings | undefined;
  readonly #start: number;
  /** The whole section, once it is decoded and where offsets in text equal offsets in bytes. */
  #text: string | undefined;
  #decoded = 0;

  constructor(bytes: Uint8Array, base?: Strings) {
    this.#bytes = bytes;
    this.#base = base;
    this.#start = base?.end ?? 0;
    this.end = this.#start + bytes.length;
  }

  /** The string at an offset; empty where the offset is out of range. Invalid UTF-8 becomes U+FFFD. */
  at(offset: number): string {
    if (offset < this.#start) return this.#base?.at(offset) ?? '';
    const start = offset - this.#start;
    const end = this.#terminator(start);
    if (start >= end) return '';
    // Decoding all pays only for who asks for many.
    if (this.#decoded++ === SINGLES) this.#text = this.#decodeAll();
    return this.#text ? this.#text.slice(start, end) : decoder.decode(this.#bytes.subarray(start, end));
  }

  /** The hash of the string's bytes: equal to `hashBytes` of the same name. */
  hash(offset: number): number {
    if (offset < this.#start) return this.#base?.hash(offset) ?? hashBytes(new Uint8Array(0));
    const bytes = this.#bytes;
    const start = offset - this.#start;
    const end = Math.min(start + MAX_STRING_BYTES, bytes.length);
    let hash = HASH_SEED;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte === 0) break;
      hash = Math.imul(hash ^ byte, HASH_PRIME);
    }
    return hash >>> 0;
  }

  /** Whether the string at an offset is exactly these bytes. */
  equals(offset: number, name: Uint8Array): boolean {
    if (offset < this.#start) return this.#base?.equals(offset, name) ?? false;
    const start = offset - this.#start;
    for (let i = 0; i < name.length; i++) {
      if (this.#bytes[start + i] !== name[i]) return false;
    }
    return (this.#bytes[start + name.length] ?? 0) === 0;
  }

  /** Whether the string at an offset begins with these bytes. */
  startsWith(offset: number, prefix: Uint8Array): boolean {
    if (offset < this.#start) return this.#base?.startsWith(offset, prefix) ?? false;
    const start = offset - this.#start;
    return prefix.every((byte, i) => this.#bytes[start + i] === byte);
  }

  /** Whether the string at an offset has these bytes in it. */
  includes(offset: number, text: Uint8Array): boolean {
    if (offset < this.#start) return this.#base?.includes(offset, text) ?? false;
    const bytes = this.#bytes;
    const first = text[0];
    const isAt = (start: number): boolean => text.every((byte, i) => bytes[start + i] === byte);
    for (let at = offset - this.#start; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === 0) return false;
      if (byte === first && isAt(at)) return true;
    }
    return false;
  }

  #terminator(start: number): number {
    const nul = this.#bytes.indexOf(0, start);
    return Math.min(nul < 0 ? this.#bytes.length : nul, start + MAX_STRING_BYTES);
  }

  #decodeAll(): string | undefined {
    const text = decoder.decode(this.#bytes);
    // UTF-8 never has more code units than bytes: as many means that each byte became one.
    return text.length === this.#bytes.length ? text : undefined;
  }
}

// FNV-1a, 32 bits.
const HASH_SEED = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;

export function hashBytes(bytes: Uint8Array): number {
  let hash = HASH_SEED;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, HASH_PRIME);
  return hash >>> 0;
}
