/** Reads one number after another. Past the end everything is zero, and `ended` says so. */
import type { Bytes } from '../bytes';

export class Cursor {
  at: number;
  readonly bytes: Bytes;

  constructor(bytes: Bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  u8(): number {
    return this.bytes.u8(this.at++);
  }

  u16(): number {
    const value = this.bytes.u16(this.at);
    this.at += 2;
    return value;
  }

  u32(): number {
    const value = this.bytes.u32(this.at);
    this.at += 4;
    return value;
  }

  u64(): number {
    const value = this.bytes.u64(this.at);
    this.at += 8;
    return value;
  }

  u24(): number {
    const [low, high] = this.bytes.littleEndian ? [this.at, this.at + 2] : [this.at + 1, this.at];
    this.at += 3;
    return (this.bytes.u8(high) << 16) | this.bytes.u16(low);
  }

  /** An offset into a section: 4 bytes, or 8 in 64-bit DWARF. */
  offset(size: 4 | 8): number {
    return size === 4 ? this.u32() : this.u64();
  }

  /** Exact to the last bit. */
  exactU64(): bigint {
    const [first, second] = [BigInt(this.u32()), BigInt(this.u32())];
    return this.bytes.littleEndian ? (second << 32n) | first : (first << 32n) | second;
  }

  uleb(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** Of at most 64 bits. */
  exactUleb(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return BigInt.asUintN(64, value);
  }

  /** Of at most 64 bits. */
  sleb(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n;) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - (1n << shift);
    }
    return BigInt.asIntN(64, value);
  }
}
