// Bundles the three entry points and copies what cannot be bundled (docs/build.md says which files and why).
import { build, transform } from 'esbuild';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAgents } from './build-agent.mjs';

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

/**
 * The server's first answer goes out before most of it is loaded, and without the modules of Node that are slow to load
 * and not needed for it: these are loaded when something of them is used first.
 */
const late = {
  name: 'late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(crypto|fs\/promises|v8)$/ }, ({ path, namespace, kind }) =>
      namespace === 'late' || kind === 'dynamic-import'
        ? { path, external: true }
        : { path, namespace: 'late' },
    );
    onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
      contents: `for (const name of ${JSON.stringify(Object.keys(require(path)))})
        Object.defineProperty(exports, name, { enumerable: true, get: () => require(${JSON.stringify(path)})[name] });`,
    }));
  },
};

/**
 * A program as one file for each `import()`, and files that they share. esbuild splits ECMAScript modules alone, and a
 * script from V8's code cache has no loader for these: each becomes CommonJS, and `import()` becomes `require`.
 */
async function buildParts(program, entryPoints) {
  const { outputFiles } = await build({
    ...common,
    entryPoints,
    format: 'esm',
    splitting: true,
    chunkNames: `${program}-shared-[hash]`,
    sourcemap: 'inline',
    minifySyntax: true,
    plugins: [late],
    write: false,
  });
  for (const { path, text } of outputFiles) {
    const file = basename(path);
    const { code, map } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: common.target,
      supported: { 'dynamic-import': false },
      sourcemap: 'external',
      sourcesContent: false,
      sourcefile: file,
      // What bundles.ts runs is an expression, whose value is the module's function.
      banner: '(function (exports, require, module, __filename, __dirname) {',
      footer: '})',
      // Shorter text is read and compiled sooner; names stay, for the stack traces in the log.
      minifyWhitespace: true,
      minifySyntax: true,
      logLevel: common.logLevel,
    });
    await writeFile(path, `${code}//# sourceMappingURL=${file}.map\n`);
    await writeFile(`${path}.map`, map);
  }
}

// ssh starts its askpass program by one path, without arguments: a shell script that is JavaScript, too.
const askpass = `#!/bin/sh
':' //; ELECTRON_RUN_AS_NODE=1 exec "$EBPF_WORKBENCH_NODE" "$0" "$@"`;

await rm(out, { recursive: true, force: true });
await mkdir(join(out, 'kernels'), { recursive: true });
await Promise.all([
  build({
    ...common,
    entryPoints: { extension: 'client/src/extension.ts', 'extension-main': 'client/src/extension-main.ts' },
    // The first is loaded in every C project, and the second by it.
    external: ['vscode', './extension-main'],
    supported: { 'dynamic-import': false },
  }),
  // For the browser that a webview is; the style sheet is written beside it.
  build({
    ...common,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    outdir: join(out, 'webview'),
    entryPoints: { events: 'client/webview/events/main.ts' },
  }),
  // It runs the others from V8's code cache.
  build({ ...common, entryPoints: { server: 'server/src/lsp/launch.ts' }, plugins: [late] }),
  buildParts('server', {
    'server-main': 'server/src/lsp/main.ts',
    'server-later': 'server/src/lsp/later.ts',
    'server-analysis': 'server/src/analysis/create-analyzer.ts',
    'server-helpers': 'core/src/bpf/helper-docs.generated.ts',
  }),
  build({
    ...common,
    entryPoints: { cli: 'cli/src/launch.ts' },
    plugins: [late],
    banner: { js: '#!/usr/bin/env node' },
  }),
  buildParts('cli', { 'cli-main': 'cli/src/main.ts' }),
  buildAgents(join(out, 'agent')),
  build({
    ...common,
    entryPoints: { askpass: 'runner/src/connection/askpass-main.ts' },
    banner: { js: askpass },
  }),
]);
await chmod(join(out, 'askpass.js'), 0o755);
await copyFile(require.resolve('web-tree-sitter/web-tree-sitter.wasm'), join(out, 'web-tree-sitter.wasm'));
await copyFile(require.resolve('tree-sitter-c/tree-sitter-c.wasm'), join(out, 'tree-sitter-c.wasm'));
for (const name of await readdir(join(root, 'kernels'))) {
  if (name.endsWith('.ebpfkernel')) await copyFile(join(root, 'kernels', name), join(out, 'kernels', name));
}
