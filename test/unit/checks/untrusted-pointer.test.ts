import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

unsigned long out;
`;

const program = (section: string, signature: string, statements: string) => `${head}
SEC("${section}")
int ${signature}
{
	${statements}
	return 0;
}
`;

/** In a program that has `task`, the current one. */
const withTask = (statements: string, value = '(void *)bpf_get_current_task()') =>
  program(
    'tp/sched/sched_switch',
    'handle(void *ctx)',
    `struct task_struct *task = ${value};\n\t${statements}`,
  );

describe('untrusted-pointer', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  const reported = async (text: string) => {
    const findings = await findingsOf(text, context);
    return findings.map(
      ({ code, span, severity }) => `${severity} ${code} ${text.slice(span.start, span.end)}`,
    );
  };

  it.each([
    ['out = task->tgid;', 'task->tgid', 'out = BPF_CORE_READ(task, tgid);'],
    [
      'out = task->real_parent->tgid;',
      'task->real_parent->tgid',
      'out = BPF_CORE_READ(task, real_parent, tgid);',
    ],
    [
      'out = task->nsproxy->pid_ns_for_children->ns.inum + 1;',
      'task->nsproxy->pid_ns_for_children->ns.inum',
      'out = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum) + 1;',
    ],
    [
      'out = task->thread_pid->numbers[0].nr;',
      'task->thread_pid->numbers[0].nr',
      'out = BPF_CORE_READ(task, thread_pid, numbers[0].nr);',
    ],
    ['if (task->mm)\n\t\tout = 1;', 'task->mm', 'if (BPF_CORE_READ(task, mm))'],
    ['out = task->in_execve;', 'task->in_execve', 'out = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);'],
    [
      'struct task_struct *other = task;\n\tout = other->tgid;',
      'other->tgid',
      'out = BPF_CORE_READ(other, tgid);',
    ],
  ])('%s', async (statements, expression, fixed) => {
    const text = withTask(statements);
    const [finding] = await findingsOf(text, context);
    expect(await reported(text)).toEqual([`error untrusted-pointer ${expression}`]);
    const after = (finding && applyFix(text, finding)) ?? '';
    expect(after).toContain(fixed);
    expect(after).toContain('#include <bpf/bpf_tracing.h>\n#include <bpf/bpf_core_read.h>\n');
    expect(await findingsOf(after, context)).toEqual([]);
  });

  it.each([
    ['kprobe/do_unlinkat', 'BPF_KPROBE(handle, int dfd, struct filename *name)', 'out = (long)name->uptr;'],
    ['kretprobe/do_filp_open', 'BPF_KRETPROBE(handle, struct file *file)', 'out = file->f_flags;'],
    [
      'kprobe/do_unlinkat',
      'handle(struct pt_regs *ctx)',
      'struct filename *name = (void *)ctx->si;\n\tout = (long)name->uptr;',
    ],
    ['raw_tp/sched_switch', 'BPF_PROG(handle, bool preempt, struct task_struct *prev)', 'out = prev->tgid;'],
    [
      'raw_tp/sched_switch',
      'handle(struct bpf_raw_tracepoint_args *ctx)',
      'out = ((struct task_struct *)ctx->args[1])->tgid;',
    ],
    [
      'raw_tracepoint/sched_switch',
      'handle(__u64 *ctx)',
      'struct task_struct *prev = (void *)ctx[1];\n\tout = prev->tgid;',
    ],
    [
      'tp/skb/kfree_skb',
      'handle(struct trace_event_raw_kfree_skb *ctx)',
      'struct sk_buff *skb = ctx->skbaddr;\n\tout = skb->len;',
    ],
    [
      'tp/sched/sched_switch',
      'handle(void *ctx)',
      'out = ((struct task_struct *)bpf_get_current_task())->tgid;',
    ],
  ])('what a program of %s gets: %s', async (section, signature, statements) => {
    const [finding, ...more] = await findingsOf(program(section, signature, statements), context);
    expect([finding?.code, more]).toEqual(['untrusted-pointer', []]);
  });

  it.each([
    ['out = task->real_parent->tgid;', 'bpf_get_current_task_btf()'],
    ['out = task->real_parent->tgid;', 'bpf_core_cast((void *)bpf_get_current_task(), struct task_struct)'],
    ['out = task->tgid;', 'unknown()'],
    ['task = bpf_get_current_task_btf();\n\tout = task->tgid;', undefined],
    ['fill(&task);\n\tout = task->tgid;', undefined],
    ['bpf_probe_read_kernel(&out, 4, &task->tgid);', undefined],
    ['bpf_probe_read_kernel_str(&out, 4, task->comm);', undefined],
    ['int unused = task->tgid;', undefined],
    ['out = sizeof(task->tgid);', undefined],
    ['out = bpf_core_field_exists(task->tgid);', undefined],
    ['if (bpf_core_field_exists(task->tgid))\n\t\tout = task->tgid;', undefined],
    ['out = BPF_CORE_READ(task, real_parent, tgid);', undefined],
    ['out = COPY(task->tgid);', undefined],
    ['#ifdef DIRECT\n\tout = task->tgid;\n#endif', undefined],
  ])('is silent about %s of %s', async (statements, value) => {
    expect(await reported(withTask(statements, value))).toEqual([]);
  });

  it.each([
    ['tp_btf/sched_switch', 'BPF_PROG(handle, bool preempt, struct task_struct *prev)', 'out = prev->tgid;'],
    ['fentry/vfs_read', 'BPF_PROG(handle, struct file *file)', 'out = file->f_flags;'],
    ['fexit/vfs_read', 'BPF_PROG(handle, struct file *file)', 'out = file->f_inode->i_ino;'],
    ['lsm/file_open', 'BPF_PROG(handle, struct file *file)', 'out = file->f_flags;'],
    [
      'iter/task',
      'handle(struct bpf_iter__task *ctx)',
      'struct task_struct *task = ctx->task;\n\tif (task)\n\t\tout = task->tgid;',
    ],
    ['tp/sched/sched_switch', 'handle(struct trace_event_raw_sched_switch *ctx)', 'out = ctx->next_pid;'],
    ['?kprobe/do_unlinkat', 'BPF_KPROBE(handle, int dfd, struct filename *name)', 'out = (long)name->uptr;'],
  ])('is silent about what %s gets', async (section, signature, statements) => {
    expect(await reported(program(section, signature, statements))).toEqual([]);
  });

  it('offers no fix where an address is made behind the read', async () => {
    const text = withTask('bpf_probe_read_kernel(&out, 4, &task->real_parent->tgid);');
    const [finding] = await findingsOf(text, context);
    expect([finding?.code, finding?.fixes]).toEqual(['untrusted-pointer', []]);
  });
});
