/** Failures provoked for real, and what the agent makes of them from the host's facts. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startAgent } from '#support/agent/agent';
import type { Agent, AgentOptions } from '#support/agent/agent';
import { agentPath } from '#support/agent/build';
import { objectOf } from '#support/agent/programs';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';
import { ensureTracefs } from '#support/tracefs';

const nothing = '(void *ctx) { return 0; }';
/** In a mount namespace of its own, where tracefs is gone. */
const noTracefs = ['unshare', '--mount', 'sh', '-c', 'umount -a -t tracefs,debugfs; exec "$0" "$@"'];
/** As `nobody`, without any capability. */
const asNobody = [
  'setpriv',
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
];

/** Runs the object and stops it. */
async function conversation(source: string, options: AgentOptions = {}, words = ''): Promise<Agent> {
  await ensureTracefs();
  const object = await objectOf(source);
  const agent = await startAgent(options);
  agent.send('facts');
  agent.load(1, object, words);
  await agent.heard('state', ({ state }) => state === 'running' || state === 'failed');
  agent.send('quit');
  await agent.exit;
  return agent;
}

const attach = (agent: Agent): { code: string | undefined; cause: string | undefined } => {
  const [line] = agent.all('attach');
  return { code: line?.error?.code, cause: line?.cause };
};

describeUnless(requireKernel(), 'an attach that fails has its cause', () => {
  test('EACCES: a read beyond the record, which is measured', async () => {
    // fchmod has two arguments: 16 bytes of header and number, then 8 each.
    const read = 'int f(struct trace_event_raw_sys_enter *ctx) { return ctx->args[4]; }';
    const agent = await conversation(`SEC("tp/syscalls/sys_enter_fchmod") ${read}`);
    expect(attach(agent)).toEqual({
      code: 'EACCES',
      cause:
        'The program reads 56 bytes of ctx, but the record of syscalls:sys_enter_fchmod has 32: its last field ends there.',
    });
  });

  test('EACCES: where the read is hidden, the record is told', async () => {
    const agent = await conversation(`
      static __noinline int far(struct trace_event_raw_sys_enter *ctx) { return ctx->args[4]; }
      SEC("tp/syscalls/sys_enter_fchmod") int f(struct trace_event_raw_sys_enter *ctx) { return far(ctx); }`);
    expect(attach(agent).cause).toContain('sys_enter_fchmod, which has 32 bytes');
  });

  test('ENOENT: no such event', async () => {
    const agent = await conversation(`SEC("tp/sched/sched_nonsense") int f${nothing}`);
    expect(attach(agent).code).toBe('ENOENT');
    expect(attach(agent).cause).toMatch(/^This kernel \(.+\) has no event sched:sched_nonsense\.$/);
  });

  test('ENOENT: no such category', async () => {
    const agent = await conversation(`SEC("tp/xyzfs/xyzfs_read") int f${nothing}`);
    expect(attach(agent).cause).toMatch(/has no events in xyzfs: .* module that is not loaded/);
  });

  test.runIf(process.arch === 'x64')('ENOENT: no such system call, but a newer one', async () => {
    // There is no fchownx, nor futimes; but x86 has futimesat.
    const agent = await conversation(`SEC("tp/syscalls/sys_enter_fchownx") int f${nothing}`);
    expect(attach(agent).cause).toMatch(/has no event syscalls:sys_enter_fchownx\.$/);
    const futimes = await conversation(`SEC("tp/syscalls/sys_exit_futimes") int f${nothing}`);
    expect(attach(futimes).cause).toMatch(/instead is in sys_exit_futimesat$/);
  });

  test('ENOENT: no such raw tracepoint; EINVAL: not so many arguments', async () => {
    const agent = await conversation(`SEC("raw_tp/sys_enter_chmod") int f${nothing}`);
    expect(attach(agent).cause).toContain('no raw tracepoint sys_enter_chmod');
    const far = await conversation(
      `SEC("raw_tp/sched_switch") int f(struct bpf_raw_tracepoint_args *ctx) { return ctx->args[7]; }`,
    );
    expect(attach(far)).toMatchObject({
      code: 'EINVAL',
      cause: expect.stringContaining('more arguments') as string,
    });
  });

  test('ENOENT: a kprobe on no function, in a kernel that has kprobes or has none', async () => {
    const agent = await conversation(`SEC("kprobe/vfs_nonsense") int f${nothing}`);
    const hasKprobes = existsSync('/sys/bus/event_source/devices/kprobe');
    expect(attach(agent).cause).toContain(
      hasKprobes ? 'no function vfs_nonsense' : 'This kernel has no kprobes (CONFIG_KPROBE_EVENTS).',
    );
  });

  test('EPERM: an event that takes no BPF', async () => {
    const agent = await conversation(`SEC("tp/ftrace/function") int f${nothing}`);
    expect(attach(agent)).toEqual({
      code: 'EPERM',
      cause: 'Events of the category ftrace take no BPF programs.',
    });
  });

  test('E2BIG: 64 programs on one event', async () => {
    const programs = Array.from(
      { length: 66 },
      (_, n) => `SEC("tp/syscalls/sys_enter_swapon") int f${n}${nothing}`,
    );
    const agent = await conversation(programs.join('\n'));
    const failed = agent.all('attach').filter(({ state }) => state === 'failed');
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatchObject({
      error: { code: 'E2BIG' },
      cause: expect.stringContaining('64 BPF programs') as string,
    });
  });
});

describeUnless(requireKernel(), 'a load that fails has its cause', () => {
  test('EPERM: not root', async () => {
    const path = await agentPath('plain');
    const agent = await conversation(`SEC("tp/sched/sched_switch") int f${nothing}`, {
      wrapper: [...asNobody, '--'],
      path,
    });
    expect(agent.all('facts')).toMatchObject([{ uid: 65534, capabilities: '0000000000000000' }]);
    expect(agent.all('state').at(-1)).toMatchObject({
      state: 'failed',
      error: { code: 'EPERM' },
      cause: 'The agent runs as user 65534 without CAP_BPF and CAP_PERFMON: run it as root or with sudo.',
    });
  });

  test('EPERM: root without capabilities, as in a container', async () => {
    const agent = await conversation(`SEC("tp/sched/sched_switch") int f${nothing}`, {
      wrapper: [
        'setpriv',
        '--bounding-set=-bpf,-sys_admin,-perfmon',
        '--inh-caps=-bpf,-sys_admin,-perfmon',
        '--',
      ],
    });
    expect(agent.all('state').at(-1)?.cause).toContain('root but has not the capabilities');
  });

  test('EINVAL: a map that cannot be', async () => {
    const agent = await conversation(
      `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 0); __type(key, __u32); __type(value, __u32); } m SEC(".maps");
       SEC("tp/sched/sched_switch") int f(void *ctx) { __u32 k = 0; return bpf_map_lookup_elem(&m, &k) != 0; }`,
    );
    expect(agent.all('state').at(-1)).toMatchObject({
      state: 'failed',
      error: { code: 'EINVAL' },
      message: expect.stringContaining("map 'm'") as string,
      cause: expect.stringContaining('not with these sizes') as string,
    });
  });

  test('ESRCH: no such function in the BTF', async () => {
    const agent = await conversation(`SEC("fentry/vfs_nonsense") int f${nothing}`);
    expect(agent.all('program')).toMatchObject([
      { error: { code: 'ESRCH' }, cause: expect.stringContaining('no such function or type') as string },
    ]);
  });

  test('E2BIG: too many instructions for the verifier', async () => {
    const agent = await conversation(`
      SEC("tp/sched/sched_switch") int f(void *ctx) {
        __u64 sum = bpf_ktime_get_ns();
        for (int i = 0; i < 500000; i++) { asm volatile("%0 += %1" : "+r"(sum) : "r"(i)); }
        return sum;
      }`);
    expect(agent.all('program')).toMatchObject([
      { error: { code: 'E2BIG' }, cause: expect.stringContaining('one million') as string },
    ]);
  });
});

describeUnless(requireKernel(), 'without tracefs', () => {
  const source = `SEC("tp/syscalls/sys_enter_fchmod") int f${nothing}`;

  test('the agent mounts it for itself', async () => {
    const agent = await conversation(source, { wrapper: noTracefs });
    expect(agent.all('facts')).toMatchObject([{ tracefs: { path: '/sys/kernel/tracing', private: true } }]);
    expect(agent.all('attach')).toMatchObject([{ state: 'attached' }]);
  });

  test('and where it cannot, says what to do', async () => {
    // Without CAP_SYS_ADMIN, which mounting needs and BPF does not.
    const drop = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin', '--'];
    const agent = await conversation(source, { wrapper: [...noTracefs, ...drop] });
    expect(agent.all('facts')).toMatchObject([{ tracefs: null }]);
    expect(attach(agent).cause).toContain('mount -t tracefs tracefs /sys/kernel/tracing');
  });
});
