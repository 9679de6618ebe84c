// npm run bench: builds the product, then measures it beside clangd and writes docs/performance.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, '.cache', 'bench', 'main.mjs');

await run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--production']);
await build({
  absWorkingDir: root,
  entryPoints: ['test/bench/main.ts'],
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  outfile: out,
  logLevel: 'warning',
});
await run(process.execPath, [out, root, ...process.argv.slice(2)]);

async function run(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) process.exit(code ?? 1);
}
