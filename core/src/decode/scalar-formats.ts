/** How integers are shown. To a program most of them are numbers. */
import { errnoName } from './errno';
import { integerJson, type Integer, type Json } from './json';

export interface ScalarFormat {
  readonly numeric: boolean;
  /** Whether values may be summed up. */
  readonly additive?: boolean;
  json(value: Integer): Json;
  text(value: Integer): string;
}

const number = (text: (value: Integer) => string): ScalarFormat => ({
  numeric: true,
  json: integerJson,
  text,
});

export const decimal: ScalarFormat = { ...number((value) => value.toString()), additive: true };

export const hexadecimal = number((value) => `0x${value.toString(16)}`);

/** An address: to a program too it is no number to reckon with. */
export const pointer: ScalarFormat = {
  numeric: false,
  json: (value) => `0x${value.toString(16)}`,
  text: (value) => `0x${value.toString(16)}`,
};

/** 0644, and 0100644 with the type of the file. */
export const mode = number((value) => `0${value.toString(8)}`.replace(/^00$/, '0'));

export const boolean: ScalarFormat = {
  numeric: false,
  json: (value) => Number(value) !== 0,
  text: (value) => (Number(value) === 0 ? 'false' : 'true'),
};

/** A single char: a letter where it is one, and a small number to a program. */
export const character = number((value) => {
  const code = Number(value);
  return code >= 0x20 && code < 0x7f ? `'${String.fromCharCode(code)}'` : value.toString();
});

/** -2 ENOENT. */
export const errno = number((value) => {
  const name = value < 0 ? errnoName(-Number(value)) : undefined;
  return name === undefined ? value.toString() : `${value} ${name}`;
});

/** Positive error numbers too. */
export const errnoEitherSign = number((value) => {
  const name = errnoName(Math.abs(Number(value)));
  return name === undefined ? value.toString() : `${value} ${name}`;
});

/** A time of so many nanoseconds per unit, in the unit that suits it: `1.25 ms`, `8120.000000001 s`. */
export function duration(nanoseconds: number): ScalarFormat {
  const text = (value: Integer) =>
    durationText(typeof value === 'bigint' ? value * BigInt(nanoseconds) : scale(value, nanoseconds));
  return { ...number(text), additive: true };
}

function scale(value: number, factor: number): Integer {
  const product = value * factor;
  return Number.isSafeInteger(product) ? product : BigInt(value) * BigInt(factor);
}

function durationText(nanoseconds: Integer): string {
  if (nanoseconds < 0) return `-${durationText(-nanoseconds)}`;
  if (nanoseconds < 1_000) return `${nanoseconds} ns`;
  if (nanoseconds < 1_000_000) return `${fraction(nanoseconds, 3)} µs`;
  if (nanoseconds < 1_000_000_000) return `${fraction(nanoseconds, 6)} ms`;
  return `${fraction(nanoseconds, 9)} s`;
}

/** With the point so many digits from the right, without zeros at the end. */
function fraction(value: Integer, digits: number): string {
  const text = value.toString().padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`.replace(/\.?0+$/, '');
}

export interface NamedValue {
  readonly name: string;
  readonly value: bigint;
}

/** The name of a value; where all names are single bits, the names of those that are set. Else the number. */
export function enumeration(values: readonly NamedValue[]): ScalarFormat {
  const names = new Map<Integer, string>();
  // Of two names for a value the first one is meant: the second is mostly a limit, such as NR_STATES.
  for (const { name, value } of values) {
    const key = BigInt.asIntN(54, value) === value ? Number(value) : value;
    if (!names.has(key)) names.set(key, name);
  }
  const flags = bitNames(values);
  const nameOf = (value: Integer) => names.get(value) ?? (flags && flagNames(value, flags));
  return {
    numeric: false,
    json: (value) => nameOf(value) ?? integerJson(value),
    text: (value) => nameOf(value) ?? value.toString(),
  };
}

/** The names, where each is a bit of its own, and there are enough of them for that to be no accident. */
function bitNames(values: readonly NamedValue[]): readonly NamedValue[] | undefined {
  const bits = values.filter(({ value }) => value !== 0n);
  const single = bits.every(({ value }) => value > 0n && (value & (value - 1n)) === 0n);
  return single && new Set(bits.map(({ value }) => value)).size >= 3 ? bits : undefined;
}

/** `A|B`, and what has no name as a number behind it; undefined where no bit has a name. */
function flagNames(value: Integer, flags: readonly NamedValue[]): string | undefined {
  let rest = BigInt(value);
  const found: string[] = [];
  for (const flag of flags) {
    if ((rest & flag.value) === 0n) continue;
    found.push(flag.name);
    rest &= ~flag.value;
  }
  if (found.length === 0) return undefined;
  if (rest !== 0n) found.push(`0x${rest.toString(16)}`);
  return found.join('|');
}
