/** Registers and stack of a function that is being walked through. Frames are copied, not shared, when they change. */
import { numberValue, unsure } from './value';
import type { Value } from './value';

/** Bytes of the stack by their offset from its end, which is negative. `free`: whatever a helper wrote. */
export interface Slot {
  readonly size: number;
  readonly value: Value | 'free';
}

export interface Frame {
  readonly registers: readonly Value[];
  readonly stack: ReadonlyMap<number, Slot>;
  /** Where the caller goes on; -1 in a program or a function that is verified on its own. */
  readonly returnTo: number;
}

export const REGISTERS = 11;
export const FRAME_POINTER = 10;

export function newFrame(depth: number, given: readonly Value[], returnTo: number): Frame {
  const registers = Array.from({ length: REGISTERS }, (_, n): Value =>
    n === FRAME_POINTER ? { kind: 'stack', frame: depth, offset: 0 } : (given[n] ?? unsure),
  );
  return { registers, stack: new Map(), returnTo };
}

export function withRegister(frame: Frame, register: number, value: Value): Frame {
  const registers = [...frame.registers];
  registers[register] = value;
  return { ...frame, registers };
}

/** @param free a number that nothing is known of, of so many bytes */
export function loadFrom(frame: Frame, offset: number, size: number, free: () => Value): Value {
  const slot = frame.stack.get(offset);
  if (slot?.size === size) return slot.value === 'free' ? free() : slot.value;
  for (const [at, { size: length, value }] of frame.stack) {
    if (value === 'free' && offset >= at && offset + size <= at + length) return free();
  }
  return unsure;
}

export function storeTo(frame: Frame, offset: number, size: number, value: Value | 'free'): Frame {
  const stack = new Map(frame.stack);
  for (const [at, slot] of stack) {
    if (at >= offset + size || offset >= at + slot.size) continue;
    stack.delete(at);
    if (slot.value !== 'free') continue;
    if (at < offset) stack.set(at, { size: offset - at, value: 'free' });
    const end = at + slot.size;
    if (end > offset + size) stack.set(offset + size, { size: end - offset - size, value: 'free' });
  }
  stack.set(offset, { size, value: value === 'free' ? value : kept(value, size) });
  return { ...frame, stack };
}

/** What a verifier of any age still knows when it is read again. */
function kept(value: Value, size: number): Value {
  if (size === 8) return value;
  const isZero = value.kind === 'number' && BigInt.asUintN(size * 8, value.value) === 0n;
  return isZero ? numberValue(0n) : unsure;
}

/** From an offset on, anything may have been written. */
export function forgetFrom(frame: Frame, offset: number): Frame {
  const stack = new Map([...frame.stack].filter(([at, { size }]) => at + size <= offset));
  return { ...frame, stack };
}

export function mapValues(frame: Frame, change: (value: Value) => Value): Frame {
  const stack = new Map(
    [...frame.stack].map(([at, slot]): [number, Slot] => [
      at,
      slot.value === 'free' ? slot : { ...slot, value: change(slot.value) },
    ]),
  );
  return { ...frame, registers: frame.registers.map(change), stack };
}
