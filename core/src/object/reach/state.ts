/** Where a walk through a program is, and what is known there. */
import { FRAME_POINTER, mapValues } from './frame';
import type { Frame } from './frame';
import { unsure } from './value';
import type { Value } from './value';

export interface State {
  readonly at: number;
  /** The innermost function is the last. */
  readonly frames: readonly Frame[];
  /** Every verifier takes this path. */
  readonly certain: boolean;
}

/** Too many have come by: what follows holds for all others. */
export function blurred({ at, frames }: State): State {
  const blur = (value: Value): Value => (value.kind === 'stack' ? value : unsure);
  return { at, frames: frames.map((frame) => mapValues(frame, blur)), certain: false };
}

/** Equal for states that differ in nothing that matters from there on. */
export function keyOf({ at, frames }: State, live: number): string {
  const ids = new Map<number, number>();
  const number = (id: number): number => {
    const known = ids.get(id) ?? ids.size;
    ids.set(id, known);
    return known;
  };
  const textOf = (value: Value): string => {
    switch (value.kind) {
      case 'number':
        return String(value.value);
      case 'any': {
        const { id, low, high, without, shift, sign, half } = value;
        const marks = `${shift ?? ''}${sign === true ? 's' : ''}${half === true ? 'h' : ''}`;
        return `a${number(id)}:${low}-${high}:${without.join()}:${marks}`;
      }
      case 'stack':
        return `s${value.frame}:${value.offset}`;
      case 'pointer':
        return `p${number(value.id)}:${value.null}:${value.to}${value.moved === true ? '+' : ''}`;
      case 'fixed':
        return `c${value.bytes}`;
      case 'unsure':
        return '?';
    }
  };
  const frameText = ({ registers, stack, returnTo }: Frame, n: number): string => {
    const isInner = n === frames.length - 1;
    // The caller's 0 to 5 are lost.
    const mask = isInner ? live : 0b11_1100_0000;
    const texts = registers.map((value, r) =>
      r !== FRAME_POINTER && ((mask >> r) & 1) === 1 ? textOf(value) : '',
    );
    const slots = [...stack]
      .sort(([a], [b]) => a - b)
      .map(([offset, { size, value }]) => `${offset}+${size}=${value === 'free' ? 'f' : textOf(value)}`);
    return `${returnTo}|${texts.join()}|${slots.join()}`;
  };
  return `${at}|${frames.map(frameText).join('/')}`;
}
