/** Which of a file's chunks an edit has made anew, and lists of what chunks say with only that part replaced. */
import type { Chunk } from './chunk';

/** Chunks before `from` stayed where they are; those from `oldTo` on are now those from `to` on, `shift` offsets further. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly oldTo: number;
  readonly shift: number;
}

export function windowOf(before: readonly Chunk[], after: readonly Chunk[], shift: number): Window {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let kept = 0;
  while (kept < shorter - from && before[before.length - 1 - kept] === after[after.length - 1 - kept]) kept++;
  return { from, to: after.length - kept, oldTo: before.length - kept, shift };
}

/** All of them. */
export function wholeWindow(after: readonly Chunk[]): Window {
  return { from: 0, to: after.length, oldTo: 0, shift: 0 };
}

/** One value a chunk: kept before the window, made in it, moved behind it. */
export function replaced<T>(
  old: readonly T[],
  { from, to, oldTo, shift }: Window,
  make: (at: number) => T,
  move: (value: T, at: number) => T,
): T[] {
  const values = old.slice(0, from);
  for (let at = from; at < to; at++) values.push(make(at));
  for (let at = oldTo; at < old.length; at++) {
    const value = old[at] as T;
    values.push(shift === 0 ? value : move(value, at - oldTo + to));
  }
  return values;
}

/** One value a chunk, of those only that neither changed nor moved. */
export function stayed<T>(old: readonly (T | undefined)[], edited: Window): (T | undefined)[] {
  const before = old.slice(0, edited.from);
  if (edited.shift !== 0 || old.length <= edited.oldTo) return before;
  before.length = edited.to;
  return before.concat(old.slice(edited.oldTo));
}

/** The index of the first item that starts at the offset or behind it, of items in the order of their chunks. */
export function firstFrom<T>(items: readonly T[], offset: number, startOf: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle] as T) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
