/**
 * Writes core/src/bpf/helper-kinds.generated.ts: which kinds of programs may call which helpers, on the running kernel and on
 * the kernels of test/support/guests. No header says so: each verifier is asked about every pair.
 *
 *   sudo node scripts/probe-helpers.mjs     needs what the tests in test/kernel and test/remote need; takes two minutes
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false },
  logLevel: 'error',
});
try {
  const { helperKindsSource } = await server.ssrLoadModule('/test/support/bpf/helper-kinds.ts');
  const output = new URL('../core/src/bpf/helper-kinds.generated.ts', import.meta.url);
  writeFileSync(output, await helperKindsSource(console.log));
} finally {
  await server.close();
}
