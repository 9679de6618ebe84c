import { expect, test } from 'vitest';
import { recordBatch } from '#runner/agent/records';

/** As core/src/agent/protocol.ts says: u32 size, i32 CPU, u64 nanoseconds, the bytes, zeroes up to a multiple of eight. */
function packed(cpu: number, time: bigint, data: string): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(data.length, 0);
  header.writeInt32LE(cpu, 4);
  header.writeBigUInt64LE(time, 8);
  return Buffer.concat([header, Buffer.from(data), Buffer.alloc(-data.length & 7)]);
}

const batchOf = (bytes: Buffer, count: number) => recordBatch(bytes.toString('base64'), count);

test('records are where they are, with their CPU and a time that is exact to the microsecond', () => {
  const time = 1_764_000_000_123_456_789n;
  const batch = batchOf(
    Buffer.concat([packed(-1, time, 'one'), packed(3, time, ''), packed(0, 1000n, '12345678')]),
    3,
  );
  const found = [...batch].map(({ cpu, time: at, at: start, end }) => ({
    cpu,
    at,
    text: Buffer.from(batch.bytes.subarray(start, end)).toString(),
  }));
  expect(found).toEqual([
    { cpu: -1, at: 1_764_000_000_123.457, text: 'one' },
    { cpu: 3, at: 1_764_000_000_123.457, text: '' },
    { cpu: 0, at: 0.001, text: '12345678' },
  ]);
});

test('what does not fit its own sizes ends the walk', () => {
  const whole = packed(1, 0n, 'whole');
  const cut = packed(1, 0n, 'a longer record').subarray(0, 20);
  expect([...batchOf(Buffer.concat([whole, cut]), 2)]).toHaveLength(1);
  const huge = Buffer.from(whole);
  huge.writeUInt32LE(0xffff_ffff, 0);
  expect([...batchOf(huge, 1)]).toEqual([]);
  expect([...batchOf(Buffer.alloc(15), 1)]).toEqual([]);
});
