/** Values as JSON has them. Integers stay exact: a number where it can be one, else a string of digits. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A number where it is exact as one. */
export type Integer = number | bigint;

export function integerJson(value: Integer): Json {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** The same value, as a number where it is exact as one. */
export function toInteger(value: bigint): Integer {
  return value >= MIN && value <= MAX ? Number(value) : value;
}

const MIN = BigInt(Number.MIN_SAFE_INTEGER);
const MAX = BigInt(Number.MAX_SAFE_INTEGER);
