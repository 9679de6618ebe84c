/**
 * A stretch of rows: the bytes of their records one after another, and what else is known of each in typed arrays. It
 * is filled, read, and thrown away as a whole.
 */
import { ByteSource } from '#core/decode/source';

/** A record as it arrived, by its place in the bytes of its batch. */
export interface ArrivedRecord {
  /** -1 where that is not known. */
  readonly cpu: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly at: number;
  readonly end: number;
}

export interface ArrivedRecords extends Iterable<ArrivedRecord> {
  readonly bytes: Uint8Array;
}

export const SEGMENT_ROWS = 4096;
const FIRST_BYTES = 16 * 1024;
const MAX_BYTES = 2 * 1024 * 1024;
/** A row without its bytes: start, source, CPU, time, and its place among the matches. */
const ROW_BYTES = 4 + 2 + 2 + 8 + 2;

export class Segment {
  /** Rows so far. */
  count = 0;
  readonly sources = new Uint16Array(SEGMENT_ROWS);
  readonly cpus = new Int16Array(SEGMENT_ROWS);
  readonly times = new Float64Array(SEGMENT_ROWS);
  /** Rows that match the filter, in order: the first `matchCount` are of worth. */
  readonly matches = new Uint16Array(SEGMENT_ROWS);
  matchCount = 0;
  /** Rows that the filter has seen. */
  scanned = 0;
  bytes = new ByteSource(new Uint8Array(FIRST_BYTES));
  readonly #starts = new Uint32Array(SEGMENT_ROWS + 1);

  /** Memory that it takes. */
  get size(): number {
    return this.bytes.bytes.length + SEGMENT_ROWS * ROW_BYTES;
  }

  get full(): boolean {
    return this.count === SEGMENT_ROWS || this.start(this.count) >= MAX_BYTES;
  }

  add(source: number, bytes: Uint8Array, record: ArrivedRecord): void {
    const row = this.count++;
    const start = this.start(row);
    const end = start + record.end - record.at;
    this.#reserve(end, start);
    this.bytes.bytes.set(bytes.subarray(record.at, record.end), start);
    this.#starts[row + 1] = end;
    this.sources[row] = source;
    this.cpus[row] = record.cpu;
    this.times[row] = record.time;
  }

  start(row: number): number {
    return this.#starts[row] ?? 0;
  }

  end(row: number): number {
    return this.#starts[row + 1] ?? 0;
  }

  /** Gives back what was reserved and is not needed: nothing more is added. */
  close(): void {
    const used = this.start(this.count);
    if (used < this.bytes.bytes.length) this.bytes = new ByteSource(this.bytes.bytes.slice(0, used));
  }

  /** Forgets what a filter has found. */
  forgetMatches(): void {
    this.scanned = 0;
    this.matchCount = 0;
  }

  #reserve(needed: number, used: number): void {
    const { bytes } = this.bytes;
    if (needed <= bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, bytes.length * 2));
    larger.set(bytes.subarray(0, used));
    this.bytes = new ByteSource(larger);
  }
}
