/** Events of `struct opened` in test/unit/decode/fixtures/records.bpf.c: `{ u32 pid; char comm[16]; char path[44]; }`. */
import type { ArrivedRecord, ArrivedRecords } from '#client/panels/segment';
import { objectBytes } from '../decode/objects';

export const object = objectBytes('records');
/** The map that they are sent through. */
export const map = 'events';
const SIZE = 64;

export interface Opened {
  readonly pid: number;
  readonly comm?: string;
  readonly path?: string;
}

const encoder = new TextEncoder();

export function openedBytes({ pid, comm = '', path = '' }: Opened): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  new DataView(bytes.buffer).setUint32(0, pid, true);
  bytes.set(encoder.encode(comm), 4);
  bytes.set(encoder.encode(path), 20);
  return bytes;
}

/** A batch as the runner hands it over. */
export function batch(parts: readonly Uint8Array[], { cpu = -1, time = 0 } = {}): ArrivedRecords {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const records: ArrivedRecord[] = [];
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    records.push({ cpu, time, at, end: at + part.length });
    at += part.length;
  }
  return { bytes, [Symbol.iterator]: () => records[Symbol.iterator]() };
}

/** Events with pids that count up. */
export function openedBatch(first: number, count: number): ArrivedRecords {
  return batch(
    Array.from({ length: count }, (_, i) => openedBytes({ pid: first + i, comm: `task-${first + i}` })),
  );
}
