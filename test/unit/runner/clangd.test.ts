/** The fragment of `.clangd`: what is there of others stays as it is, byte for byte. */
import { expect, test } from 'vitest';
import { setUpClangd } from '#runner/build/clangd';
import { headerFor } from '#runner/build/project-header';

const request = (flag: string) => ({ options: { flags: [flag] }, machine: 'x86_64' });
const others = '# ours\nCompileFlags:\n  Add: [-Wall]\n---\nDiagnostics:\n  Suppress: "*"\n';

test('an empty file gets one fragment', async () => {
  const config = await setUpClangd('', request('-DONE'));
  expect(config).toMatch(/^# .*\nIf:\n {2}PathMatch: /);
  expect(config).toContain('- "-DONE"\n');
  expect(config).not.toContain('---');
});

test('the fragments of others stay before it', async () => {
  expect((await setUpClangd(others, request('-DONE'))).startsWith(`${others.trimEnd()}\n---\n`)).toBe(true);
});

test('a second setup takes the place of the first, and touches nothing behind it', async () => {
  const behind = '---\nIndex:\n  Background: Skip\n';
  const first = (await setUpClangd(others, request('-DONE'))) + behind;
  const second = await setUpClangd(first, request('-DTWO'));
  expect(second).toBe(first.replace('-DONE', '-DTWO'));
  expect(await setUpClangd(second, request('-DTWO'))).toBe(second);
});

test('flags are words of YAML, whatever is in them', async () => {
  const flag = '-DTEXT="a: \'b\' # c\\d"';
  const line = (await setUpClangd('', request(flag))).split('\n').find((text) => text.includes('-DTEXT'));
  expect(JSON.parse(line?.replace(/^ *- /, '') ?? '')).toBe(flag);
});

test('of several headers the one for the machine is taken', () => {
  const paths = ['/p/vmlinux/arm64/vmlinux.h', '/p/vmlinux/x86/vmlinux.h'];
  expect(headerFor('x86_64', paths)).toBe(paths[1]);
  expect(headerFor('aarch64', paths)).toBe(paths[0]);
  expect(headerFor('riscv64', paths)).toBe(paths[0]);
  expect(headerFor('riscv64', [])).toBeUndefined();
});
