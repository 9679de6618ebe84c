import { defineConfig } from 'vitest/config';

/** One project per tier: each has its own needs and its own speed (docs/testing.md). */
const tier = (name, options = {}) => ({ test: { name, include: [`test/${name}/**/*.test.ts`], ...options } });

export default defineConfig({
  test: {
    projects: [
      tier('unit', { testTimeout: 30_000 }),
      tier('server', { testTimeout: 30_000 }),
      tier('kernel', { testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false }),
      tier('remote', { testTimeout: 240_000, hookTimeout: 240_000, fileParallelism: false }),
      tier('e2e', {
        testTimeout: 180_000,
        hookTimeout: 300_000,
        fileParallelism: false,
        globalSetup: 'test/e2e/setup.ts',
      }),
    ],
  },
});
