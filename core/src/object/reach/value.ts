/**
 * What is known of a register on a path. The verifier must take every path that some run could take, and takes none that
 * its constants exclude: values are those for which both is certain, and `unsure` for all others.
 */

export type Value =
  | { readonly kind: 'number'; readonly value: bigint }
  | Any
  | { readonly kind: 'stack'; readonly frame: number; readonly offset: number }
  | Pointer
  | Fixed
  | { readonly kind: 'unsure' };

/** A number of so many bytes that the verifier knows, and that the loader may have set: a `const volatile` variable. */
export interface Fixed {
  readonly kind: 'fixed';
  readonly bytes: number;
}

/** A number of which nothing else is known: each one in the interval, apart from some, may be it. */
export interface Any {
  readonly kind: 'any';
  /** Values with the same number are the same. */
  readonly id: number;
  /** Both included: unsigned, or signed where the lower one is below zero. */
  readonly low: bigint;
  readonly high: bigint;
  readonly without: readonly bigint[];
  /** The number is shifted to the left by so many bits. */
  readonly shift?: number;
  /** The interval is that of the low 32 bits; the others are free. */
  readonly half?: boolean;
  /** Only where it is below, above or at zero is free. */
  readonly sign?: boolean;
}

export interface Pointer {
  readonly kind: 'pointer';
  readonly id: number;
  readonly null: 'never' | 'maybe' | 'unsure';
  readonly to: 'memory' | 'readonly' | 'scalar-ctx' | 'typed-ctx' | 'kernel' | 'other';
  /** Not to its start. */
  readonly moved?: true;
}

export const MAX = 0xffff_ffff_ffff_ffffn;
/** The first number with a sign bit. */
export const HALF = 1n << 63n;
export const unsure: Value = { kind: 'unsure' };

export function numberValue(value: bigint): Value {
  return { kind: 'number', value: BigInt.asUintN(64, value) };
}

/** All numbers of so many bytes. */
export function anyOf(bytes: number, id: number): Any {
  return { kind: 'any', id, low: 0n, high: (1n << BigInt(bytes * 8)) - 1n, without: [] };
}

/** How many low bits are free, where all numbers of these bits are possible. */
function freeBits(value: Any): number | undefined {
  return value.shift === undefined ? shownBits(value) : undefined;
}

/** The same, before it was shifted. */
function shownBits({ low, high, without, sign, half }: Any): number | undefined {
  if (low !== 0n || without.length > 0 || sign === true || half === true) return undefined;
  const bits = high.toString(2).length;
  return high === (1n << BigInt(bits)) - 1n ? bits : undefined;
}

export interface Computation {
  readonly value: Value;
  /** The number from which it is made: its copies are no longer free, since they depend on each other. */
  readonly spent?: number;
}

const op = { add: 0, sub: 1, or: 4, and: 5, lsh: 6, rsh: 7, xor: 0xa, mov: 0xb, arsh: 0xc, mul: 2 } as const;

/**
 * Arithmetic of an instruction.
 * @param fresh a number for a value that is new
 */
export function compute(operation: number, is32: boolean, a: Value, b: Value, fresh: number): Computation {
  if (operation === op.mov) return is32 ? truncated(b, fresh) : { value: b };
  if (a.kind === 'number' && b.kind === 'number') {
    const value = constant(operation, is32, a.value, b.value);
    return { value: value === undefined ? unsure : numberValue(value) };
  }
  if (is32) return half(operation, a, b, fresh);
  if (b.kind === 'number') {
    if (a.kind === 'any') return withNumber(operation, a, b.value, fresh);
    const distance = BigInt.asIntN(64, b.value);
    if (operation === op.add) return { value: moved(a, distance) };
    if (operation === op.sub) return { value: moved(a, -distance) };
  }
  if (operation === op.add && a.kind === 'pointer' && b.kind === 'any') {
    return { value: { ...a, moved: true }, spent: b.id };
  }
  const spent = [a, b].find((one) => one.kind === 'any');
  return { value: unsure, ...(spent && { spent: spent.id }) };
}

/** Of the low 32 bits, which leave the others zero. */
function half(operation: number, a: Value, b: Value, fresh: number): Computation {
  const spent = a.kind === 'any' ? { spent: a.id } : {};
  const isMasking = operation === op.and || operation === op.rsh;
  const { value } = truncated(a, fresh);
  if (!isMasking || value.kind !== 'any' || b.kind !== 'number') return { value: unsure, ...spent };
  return { ...withNumber(operation, value, BigInt.asUintN(32, b.value), fresh), ...spent };
}

function moved(value: Value, distance: bigint): Value {
  if (value.kind === 'stack') return { ...value, offset: value.offset + Number(distance) };
  return value.kind === 'pointer' && value.null === 'never' ? { ...value, moved: true } : unsure;
}

function truncated(value: Value, fresh: number): Computation {
  if (value.kind === 'number') return { value: numberValue(BigInt.asUintN(32, value.value)) };
  if (value.kind !== 'any') return { value: unsure };
  const isPlain = value.shift === undefined && value.sign !== true;
  if (value.half === true) return { value: { ...value, id: fresh, half: false }, spent: value.id };
  if (isPlain && value.low >= 0n && value.high <= 0xffff_ffffn) return { value };
  return freeBits(value) === undefined
    ? { value: unsure, spent: value.id }
    : { value: anyOf(4, fresh), spent: value.id };
}

function withNumber(operation: number, a: Any, b: bigint, fresh: number): Computation {
  const made = (value: Value): Computation => ({ value, spent: a.id });
  const bits = freeBits(a);
  const by = Number(b);
  const low = (count: number): Value => ({ ...anyOf(8, fresh), high: (1n << BigInt(count)) - 1n });
  switch (operation) {
    case op.and: {
      const mask = b.toString(2).length;
      const isMask = b === (1n << BigInt(mask)) - 1n && b > 0n;
      // The other bits: what is left are multiples.
      const cleared = (MAX ^ b).toString(2).length;
      const isHigh = b > 0n && b < MAX && (MAX ^ b) === (1n << BigInt(cleared)) - 1n;
      if (isHigh && bits === 64) {
        return made({ ...anyOf(8, fresh), high: (1n << BigInt(64 - cleared)) - 1n, shift: cleared });
      }
      return made(bits !== undefined && isMask ? low(Math.min(bits, mask)) : unsure);
    }
    case op.lsh:
      return made(bits !== undefined && by < 64 ? { ...anyOf(8, fresh), high: a.high, shift: by } : unsure);
    case op.rsh: {
      if (a.shift === undefined) return made(bits !== undefined && by < bits ? low(bits - by) : unsure);
      const shown = shownBits(a);
      const left = Math.min(shown ?? 0, 64 - a.shift) - (by - a.shift);
      return made(by >= a.shift && left > 0 ? low(left) : unsure);
    }
    case op.arsh: {
      const shown = a.shift === by ? shownBits(a) : undefined;
      const isWhole = shown !== undefined && shown >= 64 - by;
      const edge = 1n << BigInt(63 - by);
      return made(isWhole ? { ...anyOf(8, fresh), low: -edge, high: edge - 1n } : unsure);
    }
    case op.add: {
      if (a.shift !== undefined || a.sign === true || a.half === true) return made(unsure);
      if (bits === 64) return made(anyOf(8, fresh));
      const distance = BigInt.asIntN(64, b);
      const [from, to] = [a.low + distance, a.high + distance];
      const isUnsigned = a.low >= 0n && from >= 0n && to <= MAX;
      if (!isUnsigned && (from < -HALF || to >= HALF)) return made(unsure);
      return made({ ...a, id: fresh, low: from, high: to, without: a.without.map((one) => one + distance) });
    }
    default:
      return made(unsure);
  }
}

/** Undefined where not all verifiers compute it. */
function constant(operation: number, is32: boolean, a: bigint, b: bigint): bigint | undefined {
  const width = is32 ? 32 : 64;
  const cut = (value: bigint): bigint => BigInt.asUintN(width, value);
  const [left, right] = [cut(a), cut(b)];
  const isShift = operation === op.lsh || operation === op.rsh || operation === op.arsh;
  if (isShift && right >= BigInt(width)) return undefined;
  switch (operation) {
    case op.add:
      return cut(left + right);
    case op.sub:
      return cut(left - right);
    case op.mul:
      return cut(left * right);
    case op.or:
      return left | right;
    case op.and:
      return left & right;
    case op.xor:
      return left ^ right;
    case op.lsh:
      return cut(left << right);
    case op.rsh:
      return left >> right;
    case op.arsh:
      return cut(BigInt.asIntN(width, left) >> right);
    default:
      return undefined;
  }
}
