import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongFirst from './scripts/long-first.mjs';

/** One project per tier: each has its own needs and its own speed (docs/testing.md). */
const tier = (name, options = {}) => ({ test: { name, include: [`test/${name}/**/*.test.ts`], ...options } });

export default defineConfig({
  test: {
    // vitest leaves one core to itself, but it only waits. More guests than four are too much for any machine.
    maxWorkers: Math.min(availableParallelism(), 4),
    sequence: { sequencer: LongFirst },
    projects: [
      tier('unit', { testTimeout: 30_000 }),
      tier('server', { testTimeout: 30_000 }),
      tier('kernel', { testTimeout: 600_000, hookTimeout: 120_000 }),
      tier('remote', { testTimeout: 240_000, hookTimeout: 240_000 }),
      tier('e2e', {
        testTimeout: 180_000,
        hookTimeout: 300_000,
        fileParallelism: false,
        globalSetup: 'test/e2e/setup.ts',
      }),
    ],
  },
});
