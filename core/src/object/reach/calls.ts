/** What helpers give back, and what they write to. Numbers: `enum bpf_func_id` of linux/bpf.h. */
import { anyOf, unsure } from './value';
import type { Pointer, Value } from './value';

/** Into their first argument, as many bytes as the second says. */
const reading = new Set([4, 45, 112, 113, 114, 115]);
/** Those of them that give back a length: a verifier knows that it is no more than what was asked for. */
const limited = new Set([45, 67, 114, 115, 141]);
/** Pointers that are NULL at times. */
const orNull = new Set([1, 107, 131, 153, 156, 195]);
const neverNull = new Map<number, Pointer['to']>([
  [81, 'memory'],
  [154, 'memory'],
  [158, 'kernel'],
]);
/** Numbers of which a verifier knows nothing. */
const numbers = new Set([...[2, 3, 4, 5, 6, 7, 14, 15, 25, 35, 80, 112, 113, 118, 125, 130]]);
/** Their arguments are read, not written. */
const readOnly = new Set([1, 2, 3, 6, 25, 130]);

/** @param id of a new value */
export function resultOf(helper: number, id: number): Value {
  if (orNull.has(helper)) return { kind: 'pointer', id, null: 'maybe', to: 'memory' };
  const to = neverNull.get(helper);
  if (to) return { kind: 'pointer', id, null: 'never', to };
  if (limited.has(helper)) return { ...anyOf(8, id), sign: true };
  return numbers.has(helper) ? anyOf(8, id) : unsure;
}

/** How it writes through a pointer in one of its arguments, which are registers 1 to 5. */
export function writes(helper: number, argument: number): 'nothing' | 'counted' | 'anything' {
  if (readOnly.has(helper)) return 'nothing';
  if (!reading.has(helper)) return 'anything';
  return argument === 1 ? 'counted' : 'nothing';
}
