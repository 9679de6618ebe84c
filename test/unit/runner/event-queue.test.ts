import { expect, test } from 'vitest';
import { EventQueue } from '#runner/run/event-queue';

const megabyte = 1 << 20;
const nobody = () => undefined;

/** Whether a promise has settled, once everything that can run has. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('gives all events in order, and ends when it is closed', async () => {
  const queue = new EventQueue<number>(nobody);
  for (let n = 0; n < 3000; n++) await queue.push(n);
  queue.close();
  await queue.push(-1);
  const got: number[] = [];
  for await (const event of queue) got.push(event);
  expect(got).toEqual(Array.from({ length: 3000 }, (_, n) => n));
});

test('has who adds wait while eight megabytes are unread', async () => {
  const queue = new EventQueue<string>(nobody);
  expect(await settled(queue.push('a', 8 * megabyte))).toBe(true);
  const waiting = queue.push('b', 1);
  expect(await settled(waiting)).toBe(false);
  const reader = queue[Symbol.asyncIterator]();
  expect((await reader.next()).value).toBe('a');
  expect(await settled(waiting)).toBe(true);
});

test('in a hurry nobody waits, and records that nobody will read are dropped', async () => {
  const queue = new EventQueue<string>(nobody);
  const waiting = queue.push('big', 9 * megabyte);
  queue.hurry();
  expect(await settled(waiting)).toBe(true);
  await queue.push('records', 1, true);
  await queue.push('the end');
  queue.close();
  const got: string[] = [];
  for await (const event of queue) got.push(event);
  expect(got).toEqual(['big', 'the end']);
});

test('says once that its reader has left before the end, and lets go who waits', async () => {
  let left = 0;
  const queue = new EventQueue<number>(() => (left += 1));
  await queue.push(1);
  const waiting = queue.push(2, 9 * megabyte);
  for await (const event of queue) {
    expect(event).toBe(1);
    break;
  }
  expect(left).toBe(1);
  expect(await settled(waiting)).toBe(true);
  expect(await settled(queue.push(3, 9 * megabyte))).toBe(true);
});
