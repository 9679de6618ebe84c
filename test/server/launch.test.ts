import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeCaches, expectSettled } from '#support/code-caches';
import { builtServer, LspClient } from '#support/lsp-client';
import { bundled } from './session';

/** The server's files in a folder of the test's own, as after an installation. */
const installed = { folder: '' };

beforeEach(() => {
  const built = dirname(builtServer);
  installed.folder = mkdtempSync(join(tmpdir(), 'ebpf-launch-'));
  const files = readdirSync(built).filter((name) => /^(server.*\.js|.*\.wasm)$/.test(name));
  for (const name of files) copyFileSync(join(built, name), join(installed.folder, name));
  symlinkSync(join(built, 'kernels'), join(installed.folder, 'kernels'));
});
afterEach(() => rmSync(installed.folder, { recursive: true }));

/** Of one bundle; each has its own. */
const caches = (bundle = 'server-main') =>
  readdirSync(installed.folder).filter((name) => name.startsWith(bundle) && name.endsWith('.cache'));

/** One run of the server with a question in it; it must be answered, and nothing complained about. */
async function run(more: (client: LspClient) => Promise<void> = () => Promise.resolve()): Promise<void> {
  const client = await LspClient.start({
    server: join(installed.folder, 'server.js'),
    initializationOptions: bundled(),
  });
  const uri = 'file:///a.bpf.c';
  await client.open(uri, 'SEC("tp/openat');
  expect((await client.completion(uri, { line: 0, character: 14 })).items[0]?.label).toBe(
    'syscalls/sys_enter_openat',
  );
  expect(await client.diagnostics(uri)).toEqual([]);
  await more(client);
  expect(await client.stop()).toBe(0);
  expect(client.stderr).toBe('');
  expect(client.complaints).toEqual([]);
}

const left = () => codeCaches(installed.folder);

it('leaves a code cache of each bundle that was loaded, and takes it the next time', async () => {
  expect(left()).toEqual(new Map());
  await run();
  const first = left();
  const bundles = new Set([...first.keys()].map((name) => name.replace(/(-shared-\w+)?\.js\..*/, '')));
  expect(bundles).toEqual(new Set(['server', 'server-main', 'server-later', 'server-analysis']));
  await expectSettled(installed.folder, run);
  expect([...left().keys()]).toEqual([...first.keys()]);
});

it('adds to the caches what a later session is the first to do', async () => {
  const ask = async (client: LspClient) => {
    const uri = 'file:///b.bpf.c';
    const text =
      'SEC("tp/syscalls/sys_enter_openat")\nint f(struct trace_event_raw_sys_enter *ctx)\n{\n\tctx->\n}\n';
    await client.open(uri, text);
    const labels = (await client.completion(uri, { line: 3, character: 6 })).items.map(({ label }) => label);
    expect(labels).toContain('args[1]');
    // What has a code of its own each: together far more than a session is likely to do by itself.
    const range = { start: { line: 0, character: 0 }, end: { line: 4, character: 1 } };
    expect(await client.hover(uri, { line: 1, character: 30 })).not.toBeNull();
    expect(await client.hover(uri, { line: 0, character: 20 })).not.toBeNull();
    expect(await client.definition(uri, { line: 0, character: 20 })).not.toBeNull();
    expect((await client.symbols(uri)).length).toBeGreaterThan(0);
    await client.inlayHints(uri, range);
    await client.codeActions(uri, range, await client.diagnostics(uri));
  };
  const sizeOf = (bundle: string) => statSync(join(installed.folder, caches(bundle)[0] ?? '')).size;
  await run();
  const bundles = ['server-main', 'server-later'];
  const [main = 0, later = 0] = bundles.map(sizeOf);
  await run(ask);
  expect(sizeOf('server-main')).toBeGreaterThanOrEqual(main);
  expect(sizeOf('server-later')).toBeGreaterThan(later * 1.05);
  expect(caches('server-later')).toHaveLength(1);
  await expectSettled(installed.folder, () => run(ask));
  await expectSettled(installed.folder, run);
  expect(sizeOf('server-later')).toBeGreaterThan(later * 1.05);
});

it('starts all the same with a damaged cache, and replaces it', async () => {
  await run();
  const [cache = ''] = caches();
  const damaged = Buffer.from('no code at all');
  writeFileSync(join(installed.folder, cache), damaged);
  await run();
  expect(caches()).toEqual([cache]);
  expect(statSync(join(installed.folder, cache)).size).toBeGreaterThan(damaged.length);
});

it('does not take the cache of another build', async () => {
  await run();
  const [old = ''] = caches();
  utimesSync(join(installed.folder, 'server-main.js'), new Date(0), new Date(0));
  await run();
  expect(caches()).toHaveLength(2);
  expect(caches()).toContain(old);
});
