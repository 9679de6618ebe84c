/** The packed records of a `records` line (core/src/agent/protocol.ts). */
import type { RecordBatch, RunRecord } from '../model';

/** Size, CPU and time. */
const headerBytes = 16;

/** Unpacks nothing before it is walked through. What does not fit its own sizes ends the walk. */
export function recordBatch(data: string, count: number): RecordBatch {
  return { count, [Symbol.iterator]: () => unpack(Buffer.from(data, 'base64')) };
}

function* unpack(packed: Buffer): Generator<RunRecord, void> {
  let at = 0;
  while (at + headerBytes <= packed.length) {
    const size = packed.readUInt32LE(at);
    const start = at + headerBytes;
    if (start + size > packed.length) return;
    yield {
      cpu: packed.readInt32LE(at + 4),
      time: milliseconds(packed.readUInt32LE(at + 8), packed.readUInt32LE(at + 12)),
      bytes: packed.subarray(start, start + size),
    };
    at = start + Math.ceil(size / 8) * 8;
  }
}

/** Nanoseconds as 64 bits to milliseconds, exact to the microsecond. */
function milliseconds(low: number, high: number): number {
  const nanoseconds = high * 2 ** 32 + low;
  return Math.round(nanoseconds / 1000) / 1000;
}
