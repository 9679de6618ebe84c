/** Integers of any width and either byte order, exact. */
import { toInteger, type Integer } from './json';
import type { ByteSource } from './source';

export interface IntegerShape {
  /** Bytes: 1, 2, 4, 8 or 16. */
  readonly size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
}

export type IntegerReader = (source: ByteSource, at: number) => Integer;

export function integerReader({ size, signed, littleEndian }: IntegerShape): IntegerReader {
  switch (size) {
    case 1:
      return signed ? ({ view }, at) => view.getInt8(at) : ({ view }, at) => view.getUint8(at);
    case 2:
      return signed
        ? ({ view }, at) => view.getInt16(at, littleEndian)
        : ({ view }, at) => view.getUint16(at, littleEndian);
    case 4:
      return signed
        ? ({ view }, at) => view.getInt32(at, littleEndian)
        : ({ view }, at) => view.getUint32(at, littleEndian);
    case 8:
      return signed
        ? ({ view }, at) => getInt64(view, at, littleEndian)
        : ({ view }, at) => getUint64(view, at, littleEndian);
    default:
      return ({ bytes }, at) => {
        const value = wholeNumber(bytes, at, size, littleEndian);
        return toInteger(signed ? BigInt.asIntN(size * 8, value) : value);
      };
  }
}

/** The upper half of a 64-bit number that is exact as a number. */
const SAFE_HIGH = 0x20_0000;
const HALF = 0x1_0000_0000;

function getUint64(view: DataView, at: number, littleEndian: boolean): Integer {
  const high = view.getUint32(littleEndian ? at + 4 : at, littleEndian);
  if (high >= SAFE_HIGH) return view.getBigUint64(at, littleEndian);
  return high * HALF + view.getUint32(littleEndian ? at : at + 4, littleEndian);
}

function getInt64(view: DataView, at: number, littleEndian: boolean): Integer {
  const high = view.getInt32(littleEndian ? at + 4 : at, littleEndian);
  // -2^53 itself is left to BigInt: it is not a safe integer.
  if (high >= SAFE_HIGH || high < -SAFE_HIGH + 1) return toInteger(view.getBigInt64(at, littleEndian));
  return high * HALF + view.getUint32(littleEndian ? at : at + 4, littleEndian);
}

function wholeNumber(bytes: Uint8Array, at: number, size: number, littleEndian: boolean): bigint {
  let value = 0n;
  for (let i = 0; i < size; i++) {
    value = (value << 8n) | BigInt(bytes[littleEndian ? at + size - 1 - i : at + i] ?? 0);
  }
  return value;
}

/** Bits of a bitfield that begins in byte `at`: counted from the lowest bit of that byte, big-endian from the highest. */
export function bitfieldReader(
  firstBit: number,
  bits: number,
  signed: boolean,
  littleEndian: boolean,
): IntegerReader {
  const size = Math.ceil((firstBit + bits) / 8);
  const shift = BigInt(littleEndian ? firstBit : size * 8 - firstBit - bits);
  if (size <= 4 && bits < 32) {
    const mask = 2 ** bits - 1;
    const sign = signed ? 2 ** (bits - 1) : 0;
    const down = Number(shift);
    return ({ bytes }, at) => {
      let value = 0;
      for (let i = 0; i < size; i++) {
        value = (value << 8) | (bytes[littleEndian ? at + size - 1 - i : at + i] ?? 0);
      }
      const field = (value >>> down) & mask;
      return sign > 0 && field >= sign ? field - 2 * sign : field;
    };
  }
  return ({ bytes }, at) => {
    const value = BigInt.asUintN(bits, wholeNumber(bytes, at, size, littleEndian) >> shift);
    return toInteger(signed ? BigInt.asIntN(bits, value) : value);
  };
}
