/**
 * Integers with the C types int and long, signed or not, and what C's operators make of them. Only as much
 * of C as the tables of a print fmt need; undefined behaviour gives undefined.
 */
import { decodeEscapes } from './literal';
import type { Token } from './tokens';

export interface IntegerType {
  readonly bits: 32 | 64;
  readonly unsigned: boolean;
}

export interface Integer extends IntegerType {
  /** In the range of the type. */
  readonly value: bigint;
}

/** A type that a cast names: its width where it is known, `unknown` for a typedef. */
export type CastType = { readonly width: 8 | 16 | 32 | 64; readonly unsigned: boolean } | 'unknown';

export function applySign(operator: string, operand: Integer): Integer | undefined {
  switch (operator) {
    case '-':
      return wrap(-operand.value, operand);
    case '+':
      return operand;
    case '~':
      return wrap(~operand.value, operand);
    case '!':
      return truth(operand.value === 0n);
    default:
      return undefined;
  }
}

export function apply(operator: string, a: Integer, b: Integer): Integer | undefined {
  if (operator === '<<' || operator === '>>') {
    if (b.value < 0n || b.value >= BigInt(a.bits)) return undefined;
    return wrap(operator === '<<' ? a.value << b.value : a.value >> b.value, a);
  }
  if (operator === '&&') return truth(a.value !== 0n && b.value !== 0n);
  if (operator === '||') return truth(a.value !== 0n || b.value !== 0n);
  const type = common(a, b);
  const x = wrap(a.value, type).value;
  const y = wrap(b.value, type).value;
  switch (operator) {
    case '|':
      return wrap(x | y, type);
    case '^':
      return wrap(x ^ y, type);
    case '&':
      return wrap(x & y, type);
    case '+':
      return wrap(x + y, type);
    case '-':
      return wrap(x - y, type);
    case '*':
      return wrap(x * y, type);
    case '/':
      return y === 0n ? undefined : wrap(x / y, type);
    case '%':
      return y === 0n ? undefined : wrap(x % y, type);
    case '==':
      return truth(x === y);
    case '!=':
      return truth(x !== y);
    case '<':
      return truth(x < y);
    case '>':
      return truth(x > y);
    case '<=':
      return truth(x <= y);
    case '>=':
      return truth(x >= y);
    default:
      return undefined;
  }
}

/** C's usual arithmetic conversions, for int and long. */
export function common(a: IntegerType, b: IntegerType): IntegerType {
  if (a.bits === b.bits) return { bits: a.bits, unsigned: a.unsigned || b.unsigned };
  return a.bits > b.bits ? a : b;
}

export function wrap(value: bigint, { bits, unsigned }: IntegerType): Integer {
  return { value: unsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value), bits, unsigned };
}

function truth(value: boolean): Integer {
  return { value: value ? 1n : 0n, bits: 32, unsigned: false };
}

/** An enumerator: an int, or of the type that holds it. */
export function named(value: bigint | undefined): Integer | undefined {
  return value === undefined ? undefined : smallest(value, candidateTypes(false, false, false));
}

function smallest(value: bigint, types: readonly IntegerType[]): Integer | undefined {
  const type = types.find((t) => wrap(value, t).value === value);
  return type && { value, ...type };
}

/** The value of a number or character token. */
export function literal(token: Token): Integer | undefined {
  if (token.kind === 'character') {
    const text = decodeEscapes(token.text.slice(1, -1));
    return text.length === 1
      ? wrap(BigInt.asIntN(8, BigInt(text.charCodeAt(0))), { bits: 32, unsigned: false })
      : undefined;
  }
  if (token.kind !== 'number') return undefined;
  const [, digits, suffix] = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([uUlL]*)$/.exec(token.text) ?? [];
  if (digits === undefined || suffix === undefined || digits.length > 40) return undefined;
  const octal = /^0[0-9]/.test(digits);
  if (octal && /[89]/.test(digits)) return undefined;
  const value = BigInt(octal ? `0o${digits}` : digits);
  const decimal = /^[1-9]/.test(digits);
  return smallest(value, candidateTypes(/u/i.test(suffix), /l/i.test(suffix), decimal));
}

/** The types of C11 6.4.4.1, smallest first: an unsuffixed decimal is never unsigned. */
function candidateTypes(unsigned: boolean, long: boolean, decimal: boolean): readonly IntegerType[] {
  const all: readonly IntegerType[] = [
    { bits: 32, unsigned: false },
    { bits: 32, unsigned: true },
    { bits: 64, unsigned: false },
    { bits: 64, unsigned: true },
  ];
  return all.filter((t) => (!long || t.bits === 64) && (unsigned ? t.unsigned : !decimal || !t.unsigned));
}

/** A typedef of unknown width keeps only what every integer type keeps. */
export function cast(operand: Integer, type: CastType): Integer | undefined {
  if (type === 'unknown') return operand.value >= 0n && operand.value < 0x80n ? operand : undefined;
  const { width, unsigned } = type;
  const value = unsigned ? BigInt.asUintN(width, operand.value) : BigInt.asIntN(width, operand.value);
  // Narrow types are promoted to int, which holds all their values.
  return width === 64
    ? { value, bits: 64, unsigned }
    : { value, bits: 32, unsigned: width === 32 && unsigned };
}
