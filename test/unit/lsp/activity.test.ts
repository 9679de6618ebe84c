import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Activity } from '#server/lsp/activity';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const newActivity = () => new Activity(() => performance.now());

/** Milliseconds until there is a pause. */
async function untilPaused(activity: Activity, meanwhile: (passed: number) => void = () => undefined) {
  const state = { isPaused: false };
  void activity.paused().then(() => {
    state.isPaused = true;
  });
  let passed = 0;
  await vi.advanceTimersByTimeAsync(0);
  for (; !state.isPaused && passed < 2000; passed++) {
    meanwhile(passed);
    await vi.advanceTimersByTimeAsync(1);
  }
  return passed;
}

const answered = (activity: Activity) => activity.during(Promise.resolve());

it('waits for nothing where nobody asks', async () => {
  const activity = newActivity();
  expect(await untilPaused(activity)).toBe(0);
  activity.edited();
  expect(await untilPaused(activity)).toBe(0);
});

it('waits for what is asked about a document that was opened', async () => {
  const activity = newActivity();
  activity.opened();
  expect(await untilPaused(activity)).toBe(5);
});

it('waits behind an answer, and behind the edits that follow it', async () => {
  const activity = newActivity();
  await answered(activity);
  expect(await untilPaused(activity)).toBe(5);
  activity.edited();
  expect(await untilPaused(activity, (passed) => passed === 3 && activity.edited())).toBe(8);
});

it('waits while an answer is worked on only as long as for any other message', async () => {
  const activity = newActivity();
  void activity.during(new Promise(() => undefined));
  expect(await untilPaused(activity)).toBe(5);
});

it('counts an answer that failed', async () => {
  const activity = newActivity();
  await expect(activity.during(Promise.reject(new Error('cancelled')))).rejects.toThrow('cancelled');
  expect(await untilPaused(activity)).toBe(5);
});

it('waits for nothing a second after the last answer', async () => {
  const activity = newActivity();
  await answered(activity);
  await vi.advanceTimersByTimeAsync(1000);
  activity.edited();
  expect(await untilPaused(activity)).toBe(0);
});

it('loses patience with one who never pauses', async () => {
  const activity = newActivity();
  expect(await untilPaused(activity, () => void answered(activity))).toBe(0);
  await answered(activity);
  expect(await untilPaused(activity, () => void answered(activity))).toBe(200);
});

it('is more patient with one who goes on typing', async () => {
  const activity = newActivity();
  await answered(activity);
  const type = (until: number) => (passed: number) => {
    if (passed < until) activity.edited();
    void answered(activity);
  };
  expect(await untilPaused(activity, type(300))).toBe(499);
  await answered(activity);
  expect(await untilPaused(activity, type(2000))).toBe(1000);
});

it('rests when nothing has come for a quarter of a second, however long that takes', async () => {
  const activity = newActivity();
  let isRested = false;
  activity.opened();
  void activity.rested().then(() => {
    isRested = true;
  });
  for (let n = 0; n < 40; n++) {
    await vi.advanceTimersByTimeAsync(100);
    if (n % 2 === 0) activity.edited();
    else await answered(activity);
  }
  expect(isRested).toBe(false);
  await vi.advanceTimersByTimeAsync(249);
  expect(isRested).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(isRested).toBe(true);
});
