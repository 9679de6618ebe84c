/** `check --compile` on files whose object has no code of theirs: the built command line, with clang. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { runTool } from '#support/process';
import { describeUnless } from '#support/requirement';
import { dist } from '#support/runner/installation';

const maps = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");
`;
const program = `SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx)
{
	return 0;
}
`;
/** Built from a header, as programs that share all their code are. */
const shell = `#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "shared.h"

char LICENSE[] SEC("license") = "GPL";
`;

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const check = (...args: readonly string[]) =>
  runTool(process.execPath, [join(dist, 'cli.js'), 'check', '--kernel', '6.12-debian-amd64', ...args]);

describeUnless(requireKernel(), 'check', () => {
  test('--compile is fine with maps alone, and with programs of a header', async () => {
    const folder = await folderOf({ 'maps.bpf.c': maps, 'shell.bpf.c': shell, 'shared.h': program });
    const paths = ['maps.bpf.c', 'shell.bpf.c'].map((name) => join(folder, name));
    const { code, stdout, stderr } = await check(...paths, '--compile');
    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: expect.any(String) as string });
  });

  test('--object says what it has no code of', async () => {
    const folder = await folderOf({ 'shell.bpf.c': shell, 'shared.h': program });
    const { path } = await compileBpf(shell, { headers: { 'shared.h': program } });
    const { code, stderr } = await check(join(folder, 'shell.bpf.c'), '--object', path);
    expect(stderr).toContain('has no code of shell.bpf.c: only the source is checked');
    expect(code).toBe(3);
  });
});
