/** A hundred runs, one after another as a person makes them all day: nothing gathers on the host or here. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startRun } from '#runner/run/start-run';
import { compileBpf } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { requireSshd } from '#support/guests/requirements';
import { startSshd } from '#support/guests/sshd';
import type { Sshd } from '#support/guests/sshd';
import { memoryAfterCollection } from '#support/memory';
import { describeUnless } from '#support/requirement';
import { requireAgents, temporaryFolder, usualPlaces } from '#support/runner/installation';
import { thisMachine } from '#support/runner/leftovers';
import { recordedUi } from '#support/runner/ui';

const missing = requireSshd() ?? requireKernel() ?? requireAgents('x86_64');

/** Connections, and programs that run over each. */
const connections = 20;
const programs = 5;
/** Connections at a time: most of a run is waiting. */
const lanes = 4;
const name = `many_${process.pid}`;
const megabyte = 1 << 20;

/** What this process has, by kinds. */
async function ours() {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return {
    files: (await readdir('/proc/self/fd')).length,
    children: children.trim() === '' ? 0 : children.trim().split(' ').length,
    resources: process.getActiveResourcesInfo().sort(),
    sockets: await ourSockets(),
    folders: await readdir(tmpdir()),
  };
}

/** Sockets that wait for an askpass of ours, in this process: others may have theirs. */
async function ourSockets(): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const links = await Promise.all(names.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  const own = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const lines = (await readFile('/proc/net/unix', 'utf8')).split('\n');
  return lines.filter((line) => isListening(line) && own.has(line.trim().split(/ +/)[6] ?? '')).length;
}

const isListening = (line: string) => line.includes('@ebpf-workbench-') && line.includes(' 00010000 ');

/** Programs, maps and links of this test in the kernel, and processes that serve a connection to the server. */
const theirs = (server: Sshd) => async () =>
  thisMachine(
    `bpftool prog | grep -w 'name ${name}'; bpftool map | grep -w 'name many_map'; cat /proc/${server.pid}/task/*/children`,
  ).then((text) => text.trim());

function heapAfterCollection(): number {
  const { heapUsed, external } = memoryAfterCollection();
  return heapUsed + external;
}

describeUnless(missing, 'a hundred runs', () => {
  test('leave nothing, and take no more memory than the first ones', async () => {
    const server = await startSshd({ settings: { MaxStartups: '100' } });
    onTestFinished(() => server.stop());
    // Other processes, too, have something in the usual one.
    vi.stubEnv('TMPDIR', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const { path } = await compileBpf(`
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } many_map SEC(".maps");
SEC("tp/syscalls/sys_enter_getpriority") int ${name}(void *ctx) { return bpf_ringbuf_output(&many_map, &ctx, 8, 0); }`);
    let ran = 0;

    async function connectAndRun(): Promise<void> {
      const session = startRun({
        targets: [{ kind: 'ssh', host: server.alias }],
        source: { path },
        ui: recordedUi(),
        places: usualPlaces,
        ssh: { args: ['-F', server.config] },
      });
      for await (const event of session.events) {
        if (event.type !== 'state' || event.state !== 'running') continue;
        ran += 1;
        if (event.run < programs) session.reload();
        else void session.stop();
      }
      const [outcome] = await session.done;
      expect(outcome).toEqual({ host: server.alias, programs: { good: [name], bad: [] } });
    }
    async function many(count: number): Promise<void> {
      let left = count;
      const lane = async () => {
        while (left-- > 0) await connectAndRun();
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    }

    // What the first ones bring into memory is there to stay.
    await many(lanes);
    const [before, heap] = [await ours(), heapAfterCollection()];
    await many(connections - lanes);
    expect(ran).toBe(100);
    await expect.poll(theirs(server), { timeout: 5000 }).toBe('');
    await expect.poll(ours, { timeout: 5000 }).toEqual(before);
    // Buffers are freed some time after the collection that finds them.
    await expect.poll(() => heapAfterCollection() - heap, { timeout: 10_000 }).toBeLessThan(4 * megabyte);
  });
});
