import { describe, expect, it } from 'vitest';
import { EventStore } from '#client/panels/event-store';
import type { Segment } from '#client/panels/segment';
import { memoryAfterCollection } from '#support/memory';

const megabytes = (count: number) => count * 1024 * 1024;
const limits = { bytes: megabytes(2), rows: 1_000_000 };

/** Rows whose bytes are their number. */
function fill(store: EventStore, from: number, to: number, size = 8): void {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  for (let i = from; i < to; i++) {
    view.setUint32(0, i);
    store.add(0, bytes, { cpu: -1, time: i, at: 0, end: size });
  }
}

const numberOf = (segment: Segment, row: number) => segment.bytes.view.getUint32(segment.start(row));

/** The numbers of the rows of the view, and that each stands where it says. */
function numbers(store: EventStore, from = store.first, to = store.end): number[] {
  return [...store.rows(from, to)].map(({ segment, row, index }, i) => {
    expect(index).toBe(Math.max(from, store.first) + i);
    return numberOf(segment, row);
  });
}

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);

describe('rows', () => {
  it('come back as they were added, whichever slice is asked for', () => {
    const store = new EventStore(limits);
    fill(store, 0, 10_000);
    expect([store.first, store.end, store.kept, store.received]).toEqual([0, 10_000, 10_000, 10_000]);
    expect(numbers(store, 4000, 4200)).toEqual(range(4000, 4200));
    expect(numbers(store, 9990, 20_000)).toEqual(range(9990, 10_000));
    expect(numbers(store, 20_000, 20_010)).toEqual([]);
  });

  it('keep their CPU, time and source', () => {
    const store = new EventStore(limits);
    store.add(3, Uint8Array.of(9, 1, 2, 9), { cpu: 5, time: 1234.567, at: 1, end: 3 });
    const [first] = store.rows(0, 1);
    expect(first).toMatchObject({ row: 0, index: 0 });
    const { segment } = first ?? { segment: undefined };
    expect([segment?.sources[0], segment?.cpus[0], segment?.times[0]]).toEqual([3, 5, 1234.567]);
    expect(segment?.bytes.bytes.subarray(segment.start(0), segment.end(0))).toEqual(Uint8Array.of(1, 2));
  });

  it('may have no bytes, or many', () => {
    const store = new EventStore(limits);
    for (const size of [0, 100_000, 0, 1])
      store.add(0, new Uint8Array(size), { cpu: -1, time: 0, at: 0, end: size });
    expect([...store.rows(0, 4)].map(({ segment, row }) => segment.end(row) - segment.start(row))).toEqual([
      ...[0, 100_000, 0, 1],
    ]);
  });
});

describe('memory', () => {
  it('is bounded: a million rows push out the oldest, and numbers go on', () => {
    const store = new EventStore(limits);
    fill(store, 0, 1_000_000, 100);
    expect(store.received).toBe(1_000_000);
    expect(store.size).toBeLessThanOrEqual(limits.bytes);
    expect(store.size).toBeGreaterThan(limits.bytes / 2);
    expect(store.end).toBe(1_000_000);
    expect(store.first).toBe(1_000_000 - store.kept);
    expect(numbers(store, store.end - 3)).toEqual([999_997, 999_998, 999_999]);
    expect(numbers(store, store.first, store.first + 2)).toEqual([store.first, store.first + 1]);
  });

  it('is what it says', () => {
    const store = new EventStore({ bytes: megabytes(64), rows: 1_000_000 });
    const before = memoryAfterCollection().arrayBuffers;
    fill(store, 0, 100_000, 300);
    const used = memoryAfterCollection().arrayBuffers - before;
    expect(store.size).toBeGreaterThan(100_000 * 300);
    expect(store.size).toBeLessThan(100_000 * 340);
    expect(used).toBeGreaterThan(store.size * 0.9);
    expect(used).toBeLessThan(store.size * 1.1);
  });

  it('is bounded in rows, too', () => {
    const store = new EventStore({ bytes: megabytes(64), rows: 10_000 });
    fill(store, 0, 50_000);
    expect(store.kept).toBeLessThanOrEqual(10_000);
    expect(store.kept).toBeGreaterThan(5000);
  });

  it('is bounded for records of any size', () => {
    const store = new EventStore(limits);
    fill(store, 0, 200, 60_000);
    expect(store.size).toBeLessThan(limits.bytes + megabytes(2.2));
    expect(numbers(store, store.end - 1)).toEqual([199]);
  });
});

describe('a filter', () => {
  const even = (segment: Segment, row: number) => numberOf(segment, row) % 2 === 0;

  it('numbers the rows that match', () => {
    const store = new EventStore(limits);
    fill(store, 0, 10_000);
    store.setFilter(even);
    expect([store.first, store.end]).toEqual([0, 0]);
    expect(store.scan(Infinity)).toBe(true);
    expect(store.end).toBe(5000);
    expect(numbers(store, 4000, 4003)).toEqual([8000, 8002, 8004]);
  });

  it('looks at some rows at a time, the oldest first', () => {
    const store = new EventStore(limits);
    fill(store, 0, 10_000);
    store.setFilter(even);
    expect(store.scan(100)).toBe(false);
    expect(numbers(store)).toEqual(range(0, 100, 2));
    expect(store.scan(5000)).toBe(false);
    expect(numbers(store)).toEqual(range(0, 5100, 2));
    expect(store.scan(5000)).toBe(true);
    expect(numbers(store)).toEqual(range(0, 10_000, 2));
  });

  it('goes on with what is added', () => {
    const store = new EventStore(limits);
    store.setFilter(even);
    for (let i = 0; i < 20; i++) {
      fill(store, i * 1000, (i + 1) * 1000);
      expect(store.scan(Infinity)).toBe(true);
    }
    expect(numbers(store)).toEqual(range(0, 20_000, 2));
  });

  it('keeps the numbers of what it found while old rows are pushed out', () => {
    const store = new EventStore(limits);
    store.setFilter(even);
    for (let i = 0; i < 50; i++) {
      fill(store, i * 2000, (i + 1) * 2000, 100);
      store.scan(Infinity);
    }
    expect(store.first).toBeGreaterThan(0);
    expect(store.end).toBe(50_000);
    expect(numbers(store, store.end - 2)).toEqual([99_996, 99_998]);
    expect(numbers(store, store.first, store.first + 1)).toEqual([store.first * 2]);
  });

  it('may be pushed past: rows that nobody looked at match nothing', () => {
    const store = new EventStore(limits);
    store.setFilter(even);
    fill(store, 0, 100_000, 100);
    expect(store.scan(Infinity)).toBe(true);
    expect(store.first).toBe(0);
    const [oldest = NaN] = numbers(store, 0, 1);
    expect(oldest).toBe(100_000 - store.kept);
    expect(store.end).toBe(store.kept / 2);
  });

  it('goes, and all rows are there again', () => {
    const store = new EventStore(limits);
    fill(store, 0, 10_000);
    store.setFilter(() => false);
    store.scan(Infinity);
    expect(store.end).toBe(0);
    store.setFilter(undefined);
    expect([store.scan(0), store.end]).toEqual([true, 10_000]);
    fill(store, 10_000, 10_001);
    expect(store.end).toBe(10_001);
  });
});

describe('holding', () => {
  it('keeps the rows that are there, and counts what has no room', () => {
    const store = new EventStore(limits);
    fill(store, 0, 1000, 100);
    store.hold(true);
    fill(store, 1000, 100_000, 100);
    expect([store.first, store.received]).toEqual([0, 100_000]);
    expect(store.size).toBeLessThanOrEqual(limits.bytes);
    expect(store.kept + store.skipped).toBe(100_000);
    expect(store.skipped).toBeGreaterThan(50_000);
    expect(numbers(store, 0, 3)).toEqual([0, 1, 2]);
  });

  it('ends: the oldest give way again', () => {
    const store = new EventStore(limits);
    store.hold(true);
    fill(store, 0, 100_000, 100);
    store.hold(false);
    expect(store.skipped).toBe(0);
    fill(store, 100_000, 100_010, 100);
    expect(numbers(store, store.end - 1)).toEqual([100_009]);
  });
});

it('forgets everything on clear', () => {
  const store = new EventStore(limits);
  fill(store, 0, 50_000, 100);
  store.clear();
  expect([store.first, store.end, store.kept, store.received, store.size]).toEqual([0, 0, 0, 0, 0]);
  fill(store, 5, 7);
  expect(numbers(store)).toEqual([5, 6]);
});
