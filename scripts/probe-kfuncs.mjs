/**
 * Writes core/src/bpf/kfunc-kinds.generated.ts: which kinds of programs may call which functions of the kernel, on the running
 * kernel and on the kernels of test/support/guests. BTF does not say so: each verifier is asked about every pair.
 *
 *   sudo node scripts/probe-kfuncs.mjs     needs what the tests in test/kernel and test/remote need; takes two minutes
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'vite';

const server = await createServer({
  server: { middlewareMode: true, hmr: false, ws: false },
  logLevel: 'error',
});
try {
  const { kfuncKindsSource } = await server.ssrLoadModule('/test/support/bpf/kfunc-kinds.ts');
  const output = new URL('../core/src/bpf/kfunc-kinds.generated.ts', import.meta.url);
  writeFileSync(output, await kfuncKindsSource(console.log));
} finally {
  await server.close();
}
