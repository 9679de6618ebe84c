import { describe, expect, it } from 'vitest';
import { generate } from '#server/generate/generate';
import type { GeneratedProgram, GenerateOptions } from '#server/generate/model';
import { createKernelView } from '#server/session/kernel-view';
import { bundledKernel, bundledView } from '#support/bundled';

const kernel = await bundledView('6.1-debian-amd64');
const old = createKernelView(await bundledKernel('5.10-debian-amd64'), { chosen: true });

type Options = Omit<GenerateOptions, 'events'>;

function named(event: string, fields?: readonly string[]): GenerateOptions['events'][number] {
  const [category = '', name = ''] = event.split(':');
  return { category, name, ...(fields && { fields: [...fields] }) };
}

function made(events: readonly string[], options: Options = {}, target = kernel): GeneratedProgram {
  const generated = generate({ ...options, events: events.map((event) => named(event)) }, { kernel: target });
  if (!generated.ok) throw new Error(generated.message);
  return generated.value;
}

function refusal(options: GenerateOptions): string {
  const generated = generate(options, { kernel });
  return generated.ok ? 'nothing was refused' : generated.message;
}

const members = ({ records }: GeneratedProgram, n = 0) => records[n]?.members.map(({ name }) => name) ?? [];

it('is what one would have written', () => {
  const { text, functions, droppedCounter, baseName } = made(['syscalls:sys_enter_openat'], {
    pair: true,
    process: ['pid'],
  });
  expect(text).toBe(`#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct openat_event {
	__u64 latency_ns;
	__s64 ret;
	__u32 pid;
	__s32 dfd;
	__s32 flags;
	__u16 mode;
	char filename[256];
	__u16 pad;
};

struct openat_call {
	__u64 start_ns;
	__u64 filename;
	__s32 dfd;
	__s32 flags;
	__u16 mode;
	__u8 pad[6];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __u64);
	__type(value, struct openat_call);
} openat_calls SEC(".maps");

/* Records that found no room. */
__u64 dropped;

SEC("tp/syscalls/sys_enter_openat")
int tracepoint__syscalls__sys_enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct openat_call call = {
		.start_ns = bpf_ktime_get_ns(),
		.dfd = ctx->args[0],
		.filename = ctx->args[1],
		.flags = ctx->args[2],
		.mode = ctx->args[3],
	};

	if (bpf_map_update_elem(&openat_calls, &pid_tgid, &call, BPF_ANY))
		__sync_fetch_and_add(&dropped, 1);
	return 0;
}

SEC("tp/syscalls/sys_exit_openat")
int tracepoint__syscalls__sys_exit_openat(struct trace_event_raw_sys_exit *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct openat_event *event;
	struct openat_call *call;

	call = bpf_map_lookup_elem(&openat_calls, &pid_tgid);
	if (!call)
		return 0;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&dropped, 1);
		goto cleanup;
	}

	__builtin_memset(event, 0, sizeof(*event));
	event->latency_ns = bpf_ktime_get_ns() - call->start_ns;
	event->ret = ctx->ret;
	event->pid = pid_tgid >> 32;
	event->dfd = call->dfd;
	event->flags = call->flags;
	event->mode = call->mode;
	bpf_probe_read_user_str(event->filename, sizeof(event->filename), (void *)call->filename);

	bpf_ringbuf_submit(event, 0);

cleanup:
	bpf_map_delete_elem(&openat_calls, &pid_tgid);
	return 0;
}
`);
  expect(functions).toEqual([
    'tracepoint__syscalls__sys_enter_openat',
    'tracepoint__syscalls__sys_exit_openat',
  ]);
  expect({ droppedCounter, baseName }).toEqual({ droppedCounter: 'dropped', baseName: 'openat' });
});

describe('what cannot be generated', () => {
  const event = (name: string, fields?: string[]) => ({ events: [named(name, fields)] });
  it.each<[string, GenerateOptions, RegExp]>([
    ['an unknown event', event('syscalls:sys_enter_opena'), /has no event .*did you mean .*sys_enter_openat/],
    [
      'an unknown field',
      event('sched:sched_switch', ['next_pdi']),
      /no field next_pdi; did you mean next_pid/,
    ],
    ['a pair of no system call', { ...event('sched:sched_switch'), pair: true }, /is no system call/],
    [
      'a pair of one that does not return',
      { ...event('syscalls:sys_enter_exit_group'), pair: true },
      /does not return/,
    ],
    ['a pair of sigreturn', { ...event('syscalls:sys_enter_rt_sigreturn'), pair: true }, /does not return/],
    [
      'a return value without exit',
      { ...event('syscalls:sys_enter_openat'), filter: { failed: true } },
      /no return value/,
    ],
    [
      'a name that no task has',
      { ...event('sched:sched_switch'), filter: { comm: 'sixteen-or-more-' } },
      /15 bytes/,
    ],
  ])('%s', (_, options, message) => {
    expect(refusal(options)).toMatch(message);
  });
});

describe('members', () => {
  it('are all fields but padding and the number of the system call', () => {
    expect(members(made(['syscalls:sys_enter_getcpu'], { process: [] }))).toEqual(['cpup', 'nodep']);
    expect(members(made(['sched:sched_process_exec']))).toEqual(['pid', 'old_pid', 'comm', 'filename']);
  });

  it('say whose they are where two would have one name', () => {
    expect(members(made(['syscalls:sys_enter_kill']))).toEqual(['pid', 'arg_pid', 'sig', 'comm']);
    expect(members(made(['sched:sched_wakeup'], { process: ['pid', 'comm'] }))).toEqual([
      ...['pid', 'task_pid', 'prio', 'target_cpu', 'comm', 'task_comm'],
    ]);
  });

  it('have names that no macro of the C library has', () => {
    expect(members(made(['signal:signal_generate'], { process: [] }))).toContain('error');
    expect(members(made(['signal:signal_deliver'], { process: [] }))).toContain('handler');
  });

  it('are never none', () => {
    expect(members(made(['syscalls:sys_enter_getpid'], { process: [] }))).toEqual(['pid']);
  });

  it('are asked for once, in the order of the format', () => {
    const options = { events: [named('sched:sched_switch', ['next_pid', 'prev_pid'])], process: [] };
    const generated = generate(options, { kernel });
    expect(generated.ok && members(generated.value)).toEqual(['prev_pid', 'next_pid']);
  });
});

describe('delivery', () => {
  it('is the perf buffer where a kernel has no ring buffer', () => {
    const before = {
      ...kernel.index,
      provenance: { ...kernel.index.provenance, release: '5.4.0-150-generic' },
    };
    const view = createKernelView(before, { chosen: true });
    expect(made(['sched:sched_switch'], {}, view).delivery).toBe('perfbuf');
    expect(made(['sched:sched_switch'], { delivery: 'ringbuf' }, view).notes).toEqual([
      expect.stringContaining('5.4.0-150-generic has no ring buffer'),
    ]);
    const both = createKernelView(kernel.index, { chosen: true, others: [view] });
    expect(made(['sched:sched_switch'], {}, both).delivery).toBe('perfbuf');
    expect(made(['sched:sched_switch']).delivery).toBe('ringbuf');
  });

  it('makes large records outside of the stack', () => {
    const large = made(['syscalls:sys_enter_mount'], { delivery: 'perfbuf' });
    expect(large.text).toContain('BPF_MAP_TYPE_PERCPU_ARRAY');
    expect(made(['sched:sched_switch'], { delivery: 'perfbuf' }).text).not.toContain('PERCPU_ARRAY');
  });

  it('prints at most three values and one string at a time', () => {
    const { text, records, droppedCounter } = made(['syscalls:sys_enter_mount'], { delivery: 'printk' });
    const calls = [...text.matchAll(/bpf_printk\("([^"]*)"/g)].map(([, format = '']) => format);
    expect(calls).toEqual([
      'mount: dev_name=%pus',
      'mount: dir_name=%pus',
      expect.stringMatching(/^mount: type=%pus flags=\S+ data=\S+$/),
    ]);
    expect(records).toEqual([]);
    expect(droppedCounter).toBeUndefined();
  });
});

it('gives every record a map of its own, the first one called events', () => {
  const { records } = made(['sched:sched_switch', 'syscalls:sys_exit_openat']);
  expect(records.map(({ name, map }) => [name, map])).toEqual([
    ['sched_switch_event', 'events'],
    ['openat_exit_event', 'openat_exit_events'],
  ]);
});

describe('kernels of alsoCheck', () => {
  const both = createKernelView(kernel.index, { chosen: true, others: [old] });

  it('are told apart by the structs that they have', () => {
    const { text } = made(['kmem:kmalloc'], {}, both);
    expect(text).toContain('if (bpf_core_type_exists(struct trace_event_raw_kmem_alloc___v5_10)) {');
    expect(text).toContain('event->gfp_flags = BPF_CORE_READ(v5_10, gfp_flags);');
    expect(text).toContain('event->gfp_flags = BPF_CORE_READ(ctx, gfp_flags);');
  });

  it('are asked for a field that one of them has elsewhere, or not at all', () => {
    const moved = made(['fib:fib_table_lookup'], {}, both).text;
    expect(moved).toContain('struct trace_event_raw_fib_table_lookup___v5_10 *v5_10 = (void *)ctx;');
    expect(moved).toContain('if (bpf_core_field_exists(ctx->name))');
    expect(moved).toContain('(BPF_CORE_READ(v5_10, __data_loc_name) & 0xffff)');
    // An address there, a string here.
    expect(made(['workqueue:workqueue_queue_work'], {}, both).notes).toEqual([
      expect.stringMatching(/workqueue is zero on 5\.10\.\S+, where the field is something else/),
    ]);
    const missing = made(['ext4:ext4_fc_commit_start'], {}, both);
    expect(missing.text).toContain('bpf_core_field_exists(ctx->tid) ? BPF_CORE_READ(ctx, tid) : 0');
    expect(missing.notes).toEqual([
      expect.stringMatching(/tid is zero on 5\.10\.\S+, which has no such field/),
    ]);
  });

  it('are left out where they have no such event, and that is said', () => {
    const only = kernel.index.events.find(
      ({ category, name }) => category !== 'syscalls' && old.index.format(category, name) === undefined,
    );
    if (only === undefined) throw new Error('there is none');
    const { notes, text } = made([`${only.category}:${only.name}`], {}, both);
    expect(notes).toContainEqual(expect.stringMatching(/^5\.10\.\S+ has no event/));
    expect(text).not.toContain('___v5_10');
  });
});
