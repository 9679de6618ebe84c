// Bundles the three entry points and copies what cannot be bundled (docs/build.md says which files and why).
import { build } from 'esbuild';
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const out = join(root, 'dist');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  outdir: out,
  sourcemap: 'linked',
  sourcesContent: false,
  minify: process.argv.includes('--production'),
  // languageclient and languageserver ship "module" builds that esbuild can tree-shake.
  mainFields: ['module', 'main'],
  // Its "import" build asks for import.meta.url, which CommonJS does not have.
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
  logLevel: 'warning',
};

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'kernels'), { recursive: true });
await Promise.all([
  build({ ...common, entryPoints: { extension: 'client/src/extension.ts' }, external: ['vscode'] }),
  // In two files: the first runs the second from V8's code cache. Shorter text is read and compiled sooner; names
  // stay, for the stack traces in the log. `import()` becomes `require`: a script from the cache has no loader for it.
  build({ ...common, entryPoints: { server: 'server/src/lsp/launch.ts' } }),
  build({
    ...common,
    entryPoints: { 'server-main': 'server/src/lsp/main.ts' },
    minifyWhitespace: true,
    minifySyntax: true,
    supported: { 'dynamic-import': false },
  }),
  build({ ...common, entryPoints: { cli: 'cli/src/main.ts' }, banner: { js: '#!/usr/bin/env node' } }),
]);
await copyFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), join(out, 'web-tree-sitter.wasm'));
await copyFile(require.resolve('tree-sitter-c/tree-sitter-c.wasm'), join(out, 'tree-sitter-c.wasm'));
for (const name of await readdir(join(root, 'kernels'))) {
  if (name.endsWith('.ebpfkernel')) await copyFile(join(root, 'kernels', name), join(out, 'kernels', name));
}
