/** `ebpf/generateHandler` over the protocol, and `ebpf-workbench generate`. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { check, type ParamsOf } from '#core/messages/custom-message';
import { generateHandlerRequest, type GeneratedHandler } from '#core/messages/generate-handler';
import { runTool } from '#support/process';
import { bundled, edited, useServer } from './session';

const openat = { category: 'syscalls', name: 'sys_enter_openat' };

describe('the request', () => {
  const session = useServer({
    initializationOptions: { ...bundled(), alsoCheck: [{ kind: 'bundled', id: '5.10-debian-amd64' }] },
  });

  async function ask(params: ParamsOf<typeof generateHandlerRequest>): Promise<GeneratedHandler> {
    const { method, result } = generateHandlerRequest;
    const checked = check(result, await session.client.connection.sendRequest(method, params));
    if (!checked.ok) throw new Error(checked.message);
    return checked.value;
  }

  it('gives the text of a new file', async () => {
    const made = await ask({ events: [openat], pair: true, baseName: 'opens' });
    expect(made).toMatchObject({ baseName: 'opens', edits: [], version: null, files: [] });
    expect(made.text).toMatch(/^#include "vmlinux.h"\n/);
    expect(made.functions).toHaveLength(2);
  });

  it('gives edits of an open document, for its version', async () => {
    const uri = session.uri();
    const text = '/* 😀 */\r\n#include "vmlinux.h"\r\n#include <bpf/bpf_helpers.h>\r\n';
    await session.client.open(uri, text);
    const made = await ask({ events: [openat], uri });
    expect(made.version).toBe(1);
    expect(edited(text, made.edits)).toBe(made.text);
    expect(made.text.match(/#include "vmlinux.h"/g)).toHaveLength(1);
  });

  it('reads right on the kernels of alsoCheck', async () => {
    const { text } = await ask({ events: [{ category: 'kmem', name: 'kmalloc' }] });
    expect(text).toContain('trace_event_raw_kmem_alloc___v5_10');
  });

  it.each<[string, ParamsOf<typeof generateHandlerRequest>, RegExp]>([
    [
      'an unknown event',
      { events: [{ category: 'sched', name: 'sched_swich' }] },
      /did you mean sched:sched_switch/,
    ],
    ['no pair', { events: [{ category: 'sched', name: 'sched_switch' }], pair: true }, /no system call/],
    ['a document that is not open', { events: [openat], uri: 'file:///nowhere.bpf.c' }, /is not open/],
  ])('fails with the sentence to show: %s', async (_, params, message) => {
    await expect(ask(params)).rejects.toMatchObject({
      code: -32803,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('the command', () => {
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

  async function folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    return path;
  }
  const run = (...args: readonly string[]) =>
    runTool(process.execPath, [cli, 'generate', ...args, '--kernel', '6.1-debian-amd64']);

  it('writes a program to stdout, and notes to stderr', async () => {
    const { code, stdout, stderr } = await run('syscalls:sys_enter_openat', '--process', 'pid');
    expect(code).toBe(0);
    expect(stdout).toContain('SEC("tp/syscalls/sys_enter_openat")');
    expect(stderr).toMatch(/^note: .*filename may arrive empty/);
  });

  it('writes a new file, then into it', async () => {
    const file = join(await folder(), 'x.bpf.c');
    expect(await run('syscalls:sys_enter_openat', '--pair', '-o', file)).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect((await run('sched:sched_switch', '--fields', 'next_pid', '-o', file)).code).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text.match(/^SEC\("tp\//gm)).toHaveLength(3);
    expect(text.match(/SEC\("license"\)/g)).toHaveLength(1);
    expect(text).not.toContain('next_prio');
  });

  it('overwrites no loader unless forced', async () => {
    const path = await folder();
    const args = ['syscalls:sys_enter_openat', '--loader', 'c', '-o', join(path, 'x.bpf.c')];
    expect((await run(...args)).code).toBe(0);
    const names = await readdir(path);
    expect(names).toEqual(expect.arrayContaining(['x.bpf.c', 'x.h']));
    const program = await readFile(join(path, 'x.bpf.c'), 'utf8');
    await writeFile(join(path, 'x.h'), 'mine');
    await rm(join(path, 'x.bpf.c'));
    const again = await run(...args);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('--force overwrites it');
    expect(await readFile(join(path, 'x.h'), 'utf8')).toBe('mine');
    expect(await readdir(path)).not.toContain('x.bpf.c');
    expect((await run(...args, '--force')).code).toBe(0);
    expect(await readFile(join(path, 'x.bpf.c'), 'utf8')).toBe(program);
  });

  it.each([
    ['no event', [], 2],
    ['an event without category', ['sys_enter_openat'], 2],
    ['two deliveries', ['sched:sched_switch', '--printk', '--perfbuf'], 2],
    ['an unknown fact', ['sched:sched_switch', '--process', 'pidd'], 2],
    ['no process id', ['sched:sched_switch', '--pid', '0'], 2],
    ['a loader without a file', ['sched:sched_switch', '--loader', 'go'], 2],
    ['an unknown event', ['sched:sched_swich'], 1],
    ['a pair of no system call', ['sched:sched_switch', '--pair'], 1],
    ['a folder that is not there', ['sched:sched_switch', '-o', '/nowhere/x.bpf.c'], 3],
  ])('%s', async (_, args, code) => {
    const result = await run(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^ebpf-workbench generate: ./m);
  });
});
