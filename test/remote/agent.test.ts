/** The agents that ship, on other kernels: 5.10 to 6.12, x86-64 and arm64, over ssh, with nothing but busybox there. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '#support/agent/agent';
import type { Agent } from '#support/agent/agent';
import { countLost, recordsOf } from '#support/agent/records';
import { guestIds } from '#support/guests/catalog';
import { compileFor } from '#support/guests/compile';
import { bootGuest } from '#support/guests/guest';
import type { Guest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

/** `uname` calls newuname on every architecture. */
const program = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 65536); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 100); __type(key, __u32); __type(value, __u64); } calls SEC(".maps");
__u64 dropped;
SEC("tp/syscalls/sys_enter_newuname") int on_uname(void *ctx) {
  struct { __u64 pid; char comm[16]; } event = { bpf_get_current_pid_tgid() >> 32 };
  __u32 key = 7; __u64 one = 1;
  bpf_get_current_comm(event.comm, sizeof(event.comm));
  if (bpf_ringbuf_output(&ring, &event, sizeof(event), 0)) __sync_fetch_and_add(&dropped, 1);
  bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &event, sizeof(event));
  bpf_map_update_elem(&calls, &key, &one, 0);
  bpf_printk("uname of %d", (int)event.pid);
  return 0;
}
SEC("kprobe/vfs_unlink") int by_kprobe(void *ctx) { return 0; }
SEC("kprobe/vfs_nonsense") int no_function(void *ctx) { return 0; }
SEC("fentry/vfs_unlink") int by_fentry(void *ctx) { return 0; }
SEC("tp/syscalls/sys_enter_chmod") int only_x86(void *ctx) { return 0; }
SEC("tp/syscalls/sys_enter_close") int too_far(struct trace_event_raw_sys_enter *ctx) { return ctx->args[3]; }
SEC("tp/sched/sched_switch") int refused(void *ctx) { return *(volatile int *)-1; }
`;

const folder = '/tmp/.ebpf-workbench-test';

async function startIn(guest: Guest): Promise<Agent> {
  const path = fileURLToPath(new URL(`../../dist/agent/${guest.spec.machine}/ebpf-agent`, import.meta.url));
  await guest.mustExec(`mkdir -p ${folder}`);
  await guest.upload(await readFile(path), `${folder}/agent`);
  return startAgent({
    wrapper: ['ssh', '-F', guest.config, '-o', 'BatchMode=yes', guest.alias],
    path: `${folder}/agent`,
    args: ['--unlink', '--heartbeat', '0'],
  });
}

/** Processes and files of ours in the guest. */
async function leftovers(guest: Guest): Promise<string> {
  const files = `ls -d ${folder} 2>/dev/null; ls -l /proc/[0-9]*/exe 2>/dev/null | grep ebpf-workbench`;
  return (await guest.exec(`${files}; true`)).stdout.toString();
}

describeUnless(await requireGuests(...guestIds), 'the agent', () => {
  test.each(guestIds)('works on %s', async (id) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const { header } = await readGuestKernel(guest);
    const { path } = await compileFor(guest.spec.arch, header, program);
    const agent = await startIn(guest);

    agent.send('facts');
    const facts = await agent.heard('facts');
    expect(facts).toMatchObject({ machine: guest.spec.machine, uid: 0, container: false });
    expect(facts.release.startsWith(guest.spec.series)).toBe(true);
    expect(facts.tracefs).not.toBeNull();

    agent.load(1, await readFile(path), 'dump=200 stats');
    const state = await agent.heard('state', (it) => it.state === 'running' || it.state === 'failed');
    expect(state).toMatchObject({ state: 'running' });
    const verdicts = new Map(agent.all('program').map((it) => [it.name, it.error?.code ?? 'ok']));
    const arm = guest.spec.arch === 'arm64';
    expect(Object.fromEntries(verdicts)).toMatchObject({
      on_uname: 'ok',
      refused: 'EACCES',
      by_kprobe: 'ok',
    });
    const attached = new Map(agent.all('attach').map((it) => [it.name, it]));
    expect(attached.get('on_uname')).toMatchObject({ state: 'attached' });
    expect(attached.get('by_kprobe')).toMatchObject({ state: 'attached' });
    expect(attached.get('too_far')).toMatchObject({
      error: { code: 'EACCES' },
      cause:
        'The program reads 48 bytes of ctx, but the record of syscalls:sys_enter_close has 24: its last field ends there.',
    });
    expect(attached.get('no_function')?.cause).toContain('This kernel has no function vfs_nonsense');
    const fentry = attached.get('by_fentry');
    if (arm)
      expect([fentry?.error?.code, fentry?.cause]).toEqual([
        'ENOTSUPP',
        expect.stringContaining('arm64 needs 6.0'),
      ]);
    else expect(fentry?.state).toBe('attached');
    const chmod = attached.get('only_x86');
    if (arm)
      expect(chmod?.cause).toMatch(
        /aarch64\) has no event syscalls:sys_enter_chmod\. .* sys_enter_fchmodat$/,
      );
    else expect(chmod?.state).toBe('attached');

    await guest.mustExec('uname; uname; uname');
    await agent.heard('printk');
    agent.send('stop 1');
    expect(await agent.ended(1)).toMatchObject({ state: 'stopped' });
    for (const map of [0, 1]) {
      const comms = recordsOf(agent, 1, map).map(({ data }) => data.toString('latin1', 8, 24).split('\0')[0]);
      expect(comms.filter((comm) => comm === 'uname').length).toBeGreaterThanOrEqual(3);
    }
    expect(agent.all('printk').every(({ text }) => /^uname of \d+$/.test(text))).toBe(true);
    expect(countLost(agent, 1, 'counter')).toBe(0);
    expect(agent.all('map').some((dump) => dump.map === 2 && dump.entries.length === 1)).toBe(true);
    const stats = agent
      .all('stats')
      .at(-1)
      ?.programs.find((it) => it.name === 'on_uname');
    expect(stats?.runs).toBeGreaterThanOrEqual(3);

    agent.send('btf');
    agent.send('features');
    await agent.heard('chunk', ({ of, last }) => of === 'btf' && last);
    await agent.heard('chunk', ({ of, last }) => of === 'features' && last);
    const bytes = (of: string): Buffer =>
      Buffer.concat(
        agent
          .all('chunk')
          .filter((chunk) => chunk.of === of)
          .map(({ data }) => Buffer.from(data, 'base64')),
      );
    expect(bytes('btf').length).toBe(facts.btf?.size);
    const { helpers } = JSON.parse(bytes('features').toString()) as {
      helpers: Record<string, readonly string[]>;
    };
    const xdpOnly = Object.keys(helpers).filter((type) => helpers[type]?.includes('bpf_xdp_adjust_head'));
    expect(xdpOnly).toEqual(['xdp_available_helpers']);
    expect(helpers['tracepoint_available_helpers']).toContain('bpf_ringbuf_output');

    // The connection breaks.
    agent.load(2, await readFile(path), 'only=on_uname');
    await agent.heard('state', (it) => it.session === 2 && it.state === 'running');
    agent.process.kill('SIGKILL');
    await expect.poll(() => leftovers(guest), { timeout: 5000 }).toBe('');
  });
});
