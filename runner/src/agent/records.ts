/** The packed records of a `records` line (core/src/agent/protocol.ts). */
import type { RecordBatch, RunRecord } from '../model';

/** Size, CPU and time. */
const headerBytes = 16;

export function recordBatch(data: string, count: number): RecordBatch {
  let packed: Buffer | undefined;
  const unpack = () => (packed ??= Buffer.from(data, 'base64'));
  return {
    count,
    get bytes() {
      return unpack();
    },
    [Symbol.iterator]: () => records(unpack()),
  };
}

/** What does not fit its own sizes ends the walk. */
function* records(packed: Buffer): Generator<RunRecord, void> {
  let start = 0;
  while (start + headerBytes <= packed.length) {
    const at = start + headerBytes;
    const end = at + packed.readUInt32LE(start);
    if (end > packed.length) return;
    const time = milliseconds(packed.readUInt32LE(start + 8), packed.readUInt32LE(start + 12));
    yield { cpu: packed.readInt32LE(start + 4), time, at, end };
    start = at + Math.ceil((end - at) / 8) * 8;
  }
}

/** Nanoseconds in 64 bits as milliseconds, exact to the microsecond. */
function milliseconds(low: number, high: number): number {
  return Math.round((high * 2 ** 32 + low) / 1000) / 1000;
}
