/** Which ways a conditional jump may go, and what each of them says of the value that it looks at. */
import { HALF, MAX, numberValue, unsure } from './value';
import type { Any, Fixed, Pointer, Value } from './value';

export interface Way {
  /** The value in this way, in the place of the one that was compared. */
  readonly value: Value;
  /** The verifier takes this way too. */
  readonly certain: boolean;
}

/** Undefined where no verifier goes there. */
export interface Ways {
  readonly taken: Way | undefined;
  readonly passed: Way | undefined;
}

const jump = {
  ...{ eq: 1, gt: 2, ge: 3, set: 4, ne: 5, sgt: 6, sge: 7 },
  ...{ lt: 0xa, le: 0xb, slt: 0xc, sle: 0xd },
} as const;

/** The same, with the ways exchanged. */
const opposite: Readonly<Record<number, number>> = {
  [jump.ne]: jump.eq,
  [jump.lt]: jump.ge,
  [jump.le]: jump.gt,
  [jump.slt]: jump.sge,
  [jump.sle]: jump.sgt,
};

/** The same, with the operands exchanged. */
const mirrored: Readonly<Record<number, number>> = {
  ...{ [jump.eq]: jump.eq, [jump.ne]: jump.ne, [jump.set]: jump.set },
  ...{ [jump.gt]: jump.lt, [jump.lt]: jump.gt, [jump.ge]: jump.le, [jump.le]: jump.ge },
  ...{ [jump.sgt]: jump.slt, [jump.slt]: jump.sgt, [jump.sge]: jump.sle, [jump.sle]: jump.sge },
};

/** With what is not known first. */
export function inOrder(
  operation: number,
  a: Value,
  b: Value,
): { readonly operation: number; readonly a: Value; readonly b: Value } {
  const other = mirrored[operation];
  const isKnown = ({ kind }: Value): boolean => kind === 'number' || kind === 'fixed';
  const isSwapped = isKnown(a) && !isKnown(b) && other !== undefined;
  return isSwapped ? { operation: other, a: b, b: a } : { operation, a, b };
}

/** The ways of the first of the two. */
export function waysOf(operation: number, is32: boolean, a: Value, b: Value): Ways {
  const other = opposite[operation];
  if (other !== undefined) {
    const { taken, passed } = waysOf(other, is32, a, b);
    return { taken: passed, passed: taken };
  }
  if (a.kind === 'number' && b.kind === 'number') {
    const is = decide(operation, is32, a.value, b.value);
    if (is === undefined) return unknownWays;
    const way = { value: a, certain: true };
    return is ? { taken: way, passed: undefined } : { taken: undefined, passed: way };
  }
  if (a.kind === 'any' && b.kind === 'fixed')
    return operation === jump.eq ? fixedWays(is32, a, b) : unknownWays;
  if (b.kind !== 'number') return unknownWays;
  if (a.kind === 'any') return anyWays(operation, is32, a, b.value);
  const isNull = operation === jump.eq && b.value === 0n && !is32;
  if (!isNull) return unknownWays;
  if (a.kind === 'pointer') return pointerWays(a);
  return a.kind === 'stack'
    ? { taken: { value: unsure, certain: false }, passed: { value: a, certain: true } }
    : unknownWays;
}

const unknownWays: Ways = {
  taken: { value: unsure, certain: false },
  passed: { value: unsure, certain: false },
};

/** Whatever the number is, the other may be it, and may be another. */
function fixedWays(is32: boolean, a: Any, { bytes }: Fixed): Ways {
  const isFree = a.low === 0n && a.without.length === 0 && a.shift === undefined && a.sign !== true;
  const isAll = a.high >= (1n << BigInt(8 * bytes)) - 1n && a.high > 0n;
  const certain = isFree && isAll && (a.half !== true || is32) && (bytes <= 4 || !is32);
  return { taken: { value: unsure, certain }, passed: { value: unsure, certain } };
}

function pointerWays(pointer: Pointer): Ways {
  return {
    taken: { value: numberValue(0n), certain: pointer.null === 'maybe' },
    passed: { value: { ...pointer, null: 'never' }, certain: true },
  };
}

function decide(operation: number, is32: boolean, a: bigint, b: bigint): boolean | undefined {
  const width = is32 ? 32 : 64;
  const [left, right] = [BigInt.asUintN(width, a), BigInt.asUintN(width, b)];
  const [signedLeft, signedRight] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)];
  switch (operation) {
    case jump.eq:
      return left === right;
    case jump.gt:
      return left > right;
    case jump.ge:
      return left >= right;
    case jump.set:
      return (left & right) !== 0n;
    case jump.sgt:
      return signedLeft > signedRight;
    case jump.sge:
      return signedLeft >= signedRight;
    default:
      return undefined;
  }
}

function anyWays(operation: number, is32: boolean, a: Any, b: bigint): Ways {
  const isFree = a.low === 0n && a.high === MAX && a.without.length === 0;
  if (is32 && isFree && a.shift === undefined && a.sign !== true) {
    return halfWays(operation, { ...a, high: 0xffff_ffffn, half: true }, b);
  }
  if (a.half === true) return is32 ? halfWays(operation, a, b) : unknownWays;
  return wholeWays(operation, is32, a, b);
}

/** Of a number of which only the low half is looked at. */
function halfWays(operation: number, a: Any, b: bigint): Ways {
  const { taken, passed } = wholeWays(operation, true, a, b);
  const open = (way: Way | undefined): Way | undefined =>
    way?.value.kind === 'number' ? { ...way, value: unsure } : way;
  return { taken: open(taken), passed: open(passed) };
}

function wholeWays(operation: number, is32: boolean, a: Any, b: bigint): Ways {
  if (a.sign === true) return is32 ? unknownWays : signWays(operation, b);
  if (is32 && (a.low < 0n || a.high > 0xffff_ffffn || a.shift !== undefined)) return unknownWays;
  const constant = is32 ? BigInt.asUintN(32, b) : b;
  if (a.shift !== undefined) return operation === jump.eq ? shiftedWays(a, a.shift, constant) : unknownWays;
  const signed = BigInt.asIntN(is32 ? 32 : 64, b);
  switch (operation) {
    case jump.eq: {
      const value = a.low < 0n ? signed : constant;
      return {
        taken: has(a, value) ? { value: numberValue(value), certain: true } : undefined,
        passed: within({ ...a, without: [...a.without, value] }),
      };
    }
    case jump.gt:
      return unsignedWays(a, constant + 1n);
    case jump.ge:
      return unsignedWays(a, constant);
    case jump.sgt:
      return signedWays(a, signed + 1n, is32);
    case jump.sge:
      return signedWays(a, signed, is32);
    case jump.set: {
      const isFree = a.low === 0n && a.without.length === 0 && (a.high & (a.high + 1n)) === 0n;
      const certain = isFree && (constant & a.high) !== 0n;
      return { taken: { value: unsure, certain }, passed: { value: unsure, certain: isFree } };
    }
    default:
      return unknownWays;
  }
}

/** Taken from `from` on; what is below zero is above everything. */
function unsignedWays(a: Any, from: bigint): Ways {
  if (a.low >= 0n) return split(a, from);
  if (from > HALF) return unknownWays;
  const { taken, passed } = split({ ...a, low: 0n }, from);
  const negative = within({ ...a, high: -1n });
  const isBoth = taken !== undefined && negative !== undefined;
  const certain = taken?.certain === true || negative?.certain === true;
  return { taken: isBoth ? { value: unsure, certain } : (taken ?? negative), passed };
}

function signedWays(a: Any, from: bigint, is32: boolean): Ways {
  const half = is32 ? 1n << 31n : HALF;
  if (a.high < half) return split(a, from);
  const isAll = a.low === 0n && a.high === 2n * half - 1n;
  if (!isAll) return unknownWays;
  const without = a.without.map((one) => (one < half ? one : one - 2n * half));
  const { taken, passed } = split({ ...a, low: -half, high: half - 1n, without }, from);
  return is32 ? { taken: asWhole(taken), passed: asWhole(passed) } : { taken, passed };
}

/** Of 32 bits that are below zero, the 64 are not. */
function asWhole(way: Way | undefined): Way | undefined {
  const isNegative = way?.value.kind === 'any' ? way.value.low < 0n : way?.value.kind === 'number';
  return way && isNegative ? { ...way, value: unsure } : way;
}

/** A number whose low bits are zero. */
function shiftedWays(a: Any, shift: number, constant: bigint): Ways {
  const bits = BigInt(shift);
  const isMultiple = BigInt.asUintN(shift, constant) === 0n;
  const high = (1n << (64n - bits)) - 1n;
  const shown = { ...a, high: a.high < high ? a.high : high };
  const fits = isMultiple && has(shown, constant >> bits);
  return {
    taken: fits ? { value: numberValue(constant), certain: true } : undefined,
    passed: { value: unsure, certain: shown.high - shown.low > BigInt(a.without.length) },
  };
}

/** Of a number of which only the sign is free. */
function signWays(operation: number, b: bigint): Ways {
  const signed = BigInt.asIntN(64, b);
  const isFree =
    (operation === jump.eq && signed === 0n) ||
    (operation === jump.sgt && signed === -1n) ||
    (operation === jump.sge && signed === 0n);
  const way = { value: unsure, certain: isFree };
  return { taken: way, passed: way };
}

function has({ low, high, without }: Any, value: bigint): boolean {
  return value >= low && value <= high && !without.includes(value);
}

/** Taken from `from` on. */
function split(a: Any, from: bigint): Ways {
  return {
    taken: within({ ...a, low: from > a.low ? from : a.low }),
    passed: within({ ...a, high: from - 1n < a.high ? from - 1n : a.high }),
  };
}

function within(a: Any): Way | undefined {
  if (a.low > a.high) return undefined;
  const holes = a.without.filter((one) => one >= a.low && one <= a.high);
  const left = a.high - a.low + 1n - BigInt(holes.length);
  if (left > 1n) return { value: { ...a, without: holes }, certain: true };
  if (left === 1n && holes.length === 0) return { value: numberValue(a.low), certain: true };
  // Verifiers differ in whether they see that one number is left, or none.
  return { value: unsure, certain: left === 1n };
}
