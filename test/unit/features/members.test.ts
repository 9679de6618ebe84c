/** Hover and completion on members of structs that are no ctx. */
import { describe, expect, it } from 'vitest';
import { runChecks } from '#server/checks/index';
import { complete } from '#server/features/completion/index';
import type { CompletionItem } from '#server/features/completion/item';
import { hover } from '#server/features/hover';
import { noHeaders } from '#server/headers/store';
import type { DocumentView } from '#server/view';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

const program = (body: string) => `#include "vmlinux.h"
struct event { __u32 pid; char comm[16]; struct { __u64 time; }; struct task_struct *task; };

SEC("tp/sched/sched_process_exit")
int handle(struct trace_event_raw_sched_process_template *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event event = {};
	int i, parents[3];

	${body}
	return 0;
}
`;

function hoverAt(body: string): { markdown: string; about: string } | undefined {
  const { view, cursors } = featureView(program(body), context);
  const found = hover(view, cursors[0] ?? -1);
  return found && { markdown: found.markdown, about: view.text.slice(found.span.start, found.span.end) };
}

function completionsAt(source: string): { text: string; items: readonly CompletionItem[] } {
  const { view, cursors } = featureView(source, context);
  return { text: view.text, items: complete(view, cursors[0] ?? -1).items };
}

/** The line of the cursor after the item of this label was taken. */
function accept(body: string, label: string): string | undefined {
  const { text, items } = completionsAt(program(body));
  const item = items.find((candidate) => candidate.label === label);
  const line =
    item &&
    applyItem(text, item)
      .split('\n')
      .find((one) => one.includes('|'));
  return line?.trim();
}

describe('hover on a member', () => {
  it.each([
    ['i = task->tg/*|*/id;', 'pid_t tgid;', '`tgid` of `struct task_struct`'],
    ['i = task->real_/*|*/parent->tgid;', 'struct task_struct *real_parent;', '`struct task_struct`'],
    ['i = task->real_parent->tg/*|*/id;', 'pid_t tgid;', '`struct task_struct`'],
    [
      'i = BPF_CORE_READ(task, real_/*|*/parent, tgid);',
      'struct task_struct *real_parent;',
      '`struct task_struct`',
    ],
    ['i = BPF_CORE_READ(task, real_parent, /*|*/tgid);', 'pid_t tgid;', '`struct task_struct`'],
    [
      'i = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inu/*|*/m);',
      'unsigned int inum;',
      '`struct ns_common`',
    ],
    ['i = BPF_CORE_READ(task, thread_pid, numbers[i].n/*|*/r);', 'int nr;', '`struct upid`'],
    ['i = task ? BPF_CORE_READ(task, tg/*|*/id) : 0;', 'pid_t tgid;', '`struct task_struct`'],
    ['i = task ? (i ? task->tg/*|*/id : 2) : 0;', 'pid_t tgid;', '`struct task_struct`'],
    ['i = f(i ?: 1, i ? f(2, i ? 3 : 4) : 5, task->tg/*|*/id);', 'pid_t tgid;', '`struct task_struct`'],
    ['BPF_CORE_READ_INTO(&i, task, m/*|*/m, pgd);', 'struct mm_struct *mm;', '`struct task_struct`'],
    ['bpf_core_read(&i, sizeof(i), &task->exit_/*|*/code);', 'int exit_code;', '`struct task_struct`'],
    [
      'if (bpf_core_field_exists(task->__sta/*|*/te)) i = 1;',
      'unsigned int __state;',
      '`struct task_struct`',
    ],
    ['i = BPF_CORE_READ_BITFIELD_PROBED(task, in_exe/*|*/cve);', 'unsigned int in_execve : 1;', '1 bit'],
    [
      'if (bpf_core_field_exists(struct task_struct, __sta/*|*/te)) i = 1;',
      'unsigned int __state;',
      '`struct task_struct`',
    ],
    ['i = event.task->sig/*|*/nal->nr_threads;', 'struct signal_struct *signal;', '`struct task_struct`'],
    [
      'i = ((struct sock *)i)->__sk_common.skc_/*|*/family;',
      'short unsigned int skc_family;',
      'offset 16, 2 bytes',
    ],
    ['parents[task->tg/*|*/id] = 1;', 'pid_t tgid;', '`struct task_struct`'],
  ])('%s', (body, declaration, text) => {
    const found = hoverAt(body);
    expect(found?.markdown).toContain('```c\n' + declaration + '\n```');
    expect(found?.markdown).toContain(text);
    expect(found?.markdown).toContain('6.1.');
  });

  it('is about its name, and says where the kernel has it', () => {
    const found = hoverAt('i = BPF_CORE_READ(task, comm/*|*/[1]);');
    expect(found?.about).toBe('comm');
    const types = context.kernel.index.types;
    const member = types.struct('task_struct')?.members.find(({ name }) => name === 'comm');
    expect(found?.markdown).toContain(`offset ${(member?.bitOffset ?? NaN) / 8}, 16 bytes`);
  });

  it.each([
    'i = task->no_/*|*/such;',
    'i = unknown->tg/*|*/id;',
    'i = event.pi/*|*/d;',
    '/* task->tg/*|*/id */',
    'i = "task->tg/*|*/id";',
    'task/*|*/->tgid;',
    '{ struct nowhere *task; i = task->tg/*|*/id; }',
  ])('is nothing in %s', (body) => {
    expect(hoverAt(body)).toBeUndefined();
  });
});

describe('completion of a member', () => {
  it.each([
    ['i = task->/*|*/', 'mm', 'i = task->mm|'],
    ['i = task->real_p/*|*/', 'real_parent', 'i = task->real_parent|'],
    ['i = task->real_p/*|*/x->tgid;', 'real_parent', 'i = task->real_parent|->tgid;'],
    ['i = task->real_parent->tg/*|*/;', 'tgid', 'i = task->real_parent->tgid|;'],
    ['i = BPF_CORE_READ(task, /*|*/', 'mm', 'i = BPF_CORE_READ(task, mm|'],
    ['i = BPF_CORE_READ(task, /*|*/);', 'mm', 'i = BPF_CORE_READ(task, mm|);'],
    ['i = BPF_CORE_READ(task, real_parent, tg/*|*/', 'tgid', 'i = BPF_CORE_READ(task, real_parent, tgid|'],
    [
      'i = task ? BPF_CORE_READ(task, real_p/*|*/',
      'real_parent',
      'i = task ? BPF_CORE_READ(task, real_parent|',
    ],
    ['i = i ? 2; task->real_p/*|*/', 'real_parent', 'i = i ? 2; task->real_parent|'],
    [
      'i = BPF_CORE_READ(task, real_par/*|*/, tgid);',
      'real_parent',
      'i = BPF_CORE_READ(task, real_parent|, tgid);',
    ],
    ['if (task->real_parent && task->m/*|*/', 'mm', 'if (task->real_parent && task->mm|'],
    [
      'BPF_CORE_READ_INTO(&event.pid, task, real_parent, tg/*|*/);',
      'tgid',
      'BPF_CORE_READ_INTO(&event.pid, task, real_parent, tgid|);',
    ],
    ['for (i = 0; i < task->exit_c/*|*/', 'exit_code', 'for (i = 0; i < task->exit_code|'],
    ['event.co/*|*/', 'comm', 'event.comm|'],
    ['event.ti/*|*/ = 1;', 'time', 'event.time| = 1;'],
    [
      'i = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns./*|*/',
      'inum',
      'i = BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.inum|',
    ],
    [
      'i = BPF_CORE_READ(task, thread_pid, numbers[0]./*|*/',
      'nr',
      'i = BPF_CORE_READ(task, thread_pid, numbers[0].nr|',
    ],
    ['i = bpf_core_field_exists(task->__sta/*|*/', '__state', 'i = bpf_core_field_exists(task->__state|'],
    [
      'i = bpf_core_field_exists(struct task_struct, __sta/*|*/',
      '__state',
      'i = bpf_core_field_exists(struct task_struct, __state|',
    ],
    [
      'i = bpf_core_field_size(struct task_struct, se.vrun/*|*/);',
      'vruntime',
      'i = bpf_core_field_size(struct task_struct, se.vruntime|);',
    ],
    ['struct event other = { .pid = task->tg/*|*/', 'tgid', 'struct event other = { .pid = task->tgid|'],
  ])('%s', (body, label, line) => {
    expect(accept(body, label)).toBe(line);
  });

  it('shows the type of a member, and a bitfield’s bits', () => {
    const { items } = completionsAt(program('i = task->in_exec/*|*/'));
    expect(items[0]).toMatchObject({
      label: 'in_execve',
      labelDescription: 'unsigned int : 1',
      kind: 'field',
    });
  });

  it('finds members of anonymous structs and unions', () => {
    const labels = (body: string) => completionsAt(program(body)).items.map(({ label }) => label);
    expect(labels('i = ((struct sock_common *)i)->skc_dad/*|*/')).toContain('skc_daddr');
  });

  it('sends few of many, and lets the client ask again', () => {
    const { view, cursors } = featureView(program('i = task->/*|*/'), context);
    const list = complete(view, cursors[0] ?? -1);
    expect([list.items.length, list.incomplete]).toEqual([60, true]);
  });

  it('leaves the fields of ctx to their event', () => {
    const { items } = completionsAt(program('i = ctx->/*|*/'));
    expect(items.map(({ label }) => label)).toEqual(['comm', 'pid', 'prio']);
  });

  it.each(['i = unknown->/*|*/', 'i = 1./*|*/', 'i = BPF_CORE_READ(/*|*/', '// task->/*|*/'])(
    'is nothing in %s',
    (body) => {
      expect(completionsAt(program(body)).items).toEqual([]);
    },
  );

  it('works in a function whose rest is still to be written', () => {
    const source = program('i = BPF_CORE_READ(task, real_p/*|*/').split('\treturn')[0] ?? '';
    expect(completionsAt(source).items.map(({ label }) => label)).toContain('real_parent');
  });
});

describe('where no vmlinux.h is in sight', () => {
  const xdp = (include: string, body: string) => `${include}
SEC("xdp")
int handle(struct xdp_md *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	int i = ${body};
	return XDP_PASS;
}
`;
  const at = (include: string, body: string, found: boolean) => {
    const { view, cursors } = featureView(xdp(include, body), {
      ...context,
      headers: { ...noHeaders, complete: found },
    });
    const offset = cursors[0] ?? -1;
    return { hover: hover(view, offset)?.markdown, labels: labels(view, offset), findings: runChecks(view) };
  };
  const labels = (view: DocumentView, offset: number) =>
    complete(view, offset).items.map(({ label }) => label);

  it("takes the types of system headers for the kernel's", () => {
    const found = at('#include <linux/bpf.h>', 'ctx->rx_queue_/*|*/index', true);
    expect(found.hover).toContain('`rx_queue_index` of `struct xdp_md`: offset 16, 4 bytes');
    expect(found.labels).toContain('rx_queue_index');
  });

  it('knows what a macro reads where a header was not found', () => {
    const found = at('#include "missing.h"', 'BPF_CORE_READ(task, tg/*|*/id)', false);
    expect(found.hover).toContain('`tgid` of `struct task_struct`');
    expect(found.labels).toContain('tgid');
  });

  it('does not guess what `->` reads there', () => {
    const found = at('#include "missing.h"', 'task->tg/*|*/id', false);
    expect(found).toMatchObject({ hover: undefined, labels: [] });
  });

  it('reports nothing that rests on it', () => {
    const report = (body: string, found: boolean) =>
      at('#include "missing.h"', body, found).findings.map(({ code }) => code);
    expect(report('BPF_CORE_READ(task, tgd/*|*/)', false)).toEqual([]);
    expect(report('ctx->rx_queue_idx/*|*/', true)).toEqual([]);
  });
});
