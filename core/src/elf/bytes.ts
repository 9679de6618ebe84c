/** Numbers and strings of a byte array. Nothing throws: what lies outside the bytes reads as zeros. */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Bytes {
  readonly length: number;
  readonly littleEndian: boolean;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.length = bytes.length;
    this.littleEndian = littleEndian;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.#has(at, 2) ? this.#view.getUint16(at, this.littleEndian) : 0;
  }

  u32(at: number): number {
    return this.#has(at, 4) ? this.#view.getUint32(at, this.littleEndian) : 0;
  }

  /** As a number: exact up to 2^53, which is more than any file has bytes. */
  u64(at: number): number {
    const [low, high] = this.littleEndian ? [at, at + 4] : [at + 4, at];
    return this.u32(high) * 0x1_0000_0000 + this.u32(low);
  }

  /** The string that ends in a NUL byte, at most 4096 bytes of it. */
  string(at: number): string {
    if (!(at >= 0 && at < this.length)) return '';
    const limit = Math.min(at + 4096, this.length);
    const nul = this.#bytes.indexOf(0, at);
    return decoder.decode(this.#bytes.subarray(at, nul < 0 ? limit : Math.min(nul, limit)));
  }

  /** As far as it lies within the bytes. */
  slice(at: number, length: number): Uint8Array {
    const start = Math.min(Math.max(at, 0), this.length);
    return this.#bytes.subarray(start, Math.min(start + Math.max(length, 0), this.length));
  }

  #has(at: number, size: number): boolean {
    return at >= 0 && at + size <= this.length;
  }
}
