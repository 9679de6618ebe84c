/**
 * The last events of all runs, in the order in which they arrived: bytes that are decoded when they are looked at. Memory
 * is bounded; what does not fit pushes out the oldest. A filter picks the rows of the view, which have numbers of their
 * own: the n-th row that matched since the filter was set, whatever was pushed out meanwhile.
 */
import { SEGMENT_ROWS, Segment, type ArrivedRecord } from './segment';

export interface StoreLimits {
  /** Of memory, as far as it is known. */
  readonly bytes: number;
  readonly rows: number;
}

/** 200,000 records of 300 bytes. */
export const defaultLimits: StoreLimits = { bytes: 64 * 1024 * 1024, rows: 500_000 };

/** One row: where its bytes are. Valid until something is added. */
export interface StoredRow {
  readonly segment: Segment;
  /** In the segment. */
  readonly row: number;
}

export type RowFilter = (segment: Segment, row: number) => boolean;

export class EventStore {
  readonly #limits: StoreLimits;
  #segments: Segment[] = [];
  #bytes = 0;
  #rows = 0;
  #filter: RowFilter | undefined;
  /** Matches that were pushed out. */
  #first = 0;
  #matched = 0;
  #received = 0;
  #skipped = 0;
  #held = false;

  constructor(limits: StoreLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Rows in memory. */
  get kept(): number {
    return this.#rows;
  }

  /** Rows that were ever added, since the last `clear`. */
  get received(): number {
    return this.#received;
  }

  /** Rows that were not kept because the store was held, since it was. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Bytes of memory. */
  get size(): number {
    return this.#bytes;
  }

  /** The number of the oldest row of the view that is kept. */
  get first(): number {
    return this.#first;
  }

  /** One more than the number of the newest row of the view that was found. */
  get end(): number {
    return this.#first + this.#matched;
  }

  /** While it is held nothing is pushed out: what does not fit is counted and not kept. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held) {
      this.#skipped = 0;
      this.#evict();
    }
  }

  add(source: number, bytes: Uint8Array, record: ArrivedRecord): void {
    this.#received++;
    const last = this.#segments.at(-1);
    const open = last === undefined || last.full ? this.#open(last) : last;
    if (open === undefined) {
      this.#skipped++;
      return;
    }
    const before = open.size;
    open.add(source, bytes, record);
    this.#rows++;
    if (this.#filter === undefined) this.#matched++;
    if (open.size !== before) {
      this.#bytes += open.size - before;
      this.#evict();
    }
  }

  clear(): void {
    this.#segments = [];
    this.#bytes = 0;
    this.#rows = 0;
    this.#received = 0;
    this.#skipped = 0;
    this.#first = 0;
    this.#matched = 0;
  }

  /** Starts the view anew; `scan` fills it. Without a filter it is all rows, at once. */
  setFilter(filter: RowFilter | undefined): void {
    this.#filter = filter;
    this.#first = 0;
    this.#matched = filter ? 0 : this.#rows;
    for (const segment of this.#segments) segment.forgetMatches();
  }

  /**
   * Looks at rows that the filter has not seen, the oldest first.
   * @param limit how many at most
   * @returns whether all are seen
   */
  scan(limit: number): boolean {
    const filter = this.#filter;
    if (filter === undefined) return true;
    let left = limit;
    // The segments that are seen are at the front.
    for (let i = this.#firstUnseen(); i < this.#segments.length; i++) {
      const segment = this.#segments[i];
      if (segment === undefined) break;
      const before = segment.matchCount;
      while (segment.scanned < segment.count && left > 0) {
        const row = segment.scanned++;
        left--;
        if (filter(segment, row)) segment.matches[segment.matchCount++] = row;
      }
      this.#matched += segment.matchCount - before;
      if (segment.scanned < segment.count) return false;
    }
    return true;
  }

  /** Rows of the view, as far as they are kept, with their numbers. */
  *rows(from: number, to: number): Generator<StoredRow & { readonly index: number }> {
    let start = this.#first;
    for (const segment of this.#segments) {
      const count = this.#filter ? segment.matchCount : segment.count;
      for (let i = Math.max(0, from - start); i < count && start + i < to; i++) {
        yield { segment, row: this.#filter ? (segment.matches[i] ?? 0) : i, index: start + i };
      }
      start += count;
      if (start >= to) return;
    }
  }

  /** The rows of the view as they are now, whatever is added, pushed out or filtered while one walks through them. */
  snapshot(): Iterable<StoredRow> {
    const parts = this.#segments.map((segment) => ({
      segment,
      rows: this.#filter ? segment.matches.slice(0, segment.matchCount) : undefined,
      count: this.#filter ? segment.matchCount : segment.count,
    }));
    return (function* () {
      for (const { segment, rows, count } of parts)
        for (let i = 0; i < count; i++) yield { segment, row: rows ? (rows[i] ?? 0) : i };
    })();
  }

  #firstUnseen(): number {
    const { length } = this.#segments;
    let index = length;
    while (index > 0) {
      const before = this.#segments[index - 1];
      if (before !== undefined && before.scanned === before.count && before.full) break;
      index--;
    }
    return index;
  }

  /** Undefined where there is no room, and none may be made. */
  #open(last: Segment | undefined): Segment | undefined {
    const segment = new Segment();
    const fits =
      this.#bytes + segment.size <= this.#limits.bytes && this.#rows + SEGMENT_ROWS <= this.#limits.rows;
    if (this.#held && !fits) return undefined;
    if (last) {
      const before = last.size;
      last.close();
      this.#bytes += last.size - before;
    }
    this.#segments.push(segment);
    this.#bytes += segment.size;
    this.#evict();
    return segment;
  }

  /** The newest segment always stays. */
  #evict(): void {
    if (this.#held) return;
    while (
      this.#segments.length > 1 &&
      (this.#bytes > this.#limits.bytes || this.#rows > this.#limits.rows)
    ) {
      const oldest = this.#segments.shift();
      if (oldest === undefined) return;
      const matches = this.#filter ? oldest.matchCount : oldest.count;
      this.#bytes -= oldest.size;
      this.#rows -= oldest.count;
      this.#first += matches;
      this.#matched -= matches;
    }
  }
}
