import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongFirst from './scripts/long-first.mjs';

/** One project per tier: each has its own needs and its own speed (docs/testing.md). */
const tier = (name, options = {}) => ({
  // Nothing has state at module level, so a worker need not load everything anew for each file.
  test: { name, include: [`test/${name}/**/*.test.ts`], isolate: false, ...options },
});

// More guests than four are too much for any machine.
const workers = Math.min(availableParallelism(), 4);
/** For tiers that often wait: for RCU, for a guest, for ssh. What they start takes its memory in huge pages. */
const waiting = {
  maxWorkers: Math.min(workers + 1, 4),
  env: { GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? 'glibc.malloc.hugetlb=1' },
};

export default defineConfig({
  test: {
    // vitest leaves one core to itself, but it only waits.
    maxWorkers: workers,
    sequence: { sequencer: LongFirst },
    projects: [
      tier('unit', { testTimeout: 30_000 }),
      tier('kernel', {
        ...{ ...waiting, testTimeout: 600_000, hookTimeout: 120_000 },
        globalSetup: 'test/kernel/setup.ts',
      }),
      // Needs nothing of the kernel, which for a minute is busy with what the tier before it leaves.
      tier('server', { testTimeout: 30_000 }),
      tier('remote', {
        ...{ ...waiting, testTimeout: 240_000, hookTimeout: 240_000 },
        globalSetup: 'test/remote/setup.ts',
      }),
      tier('e2e', {
        testTimeout: 180_000,
        hookTimeout: 300_000,
        fileParallelism: false,
        // A browser on a busy machine now and then misses a click. What needs a second try is named in the sums.
        retry: process.env.CI ? 1 : 0,
        globalSetup: 'test/e2e/setup.ts',
      }),
    ],
  },
});
