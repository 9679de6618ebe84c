import { describe, expect, it } from 'vitest';
import { completeEarly, completeTarget } from '#server/features/completion/early';
import { complete } from '#server/features/completion/index';
import type { CompletionItem } from '#server/features/completion/item';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

function at(source: string): { text: string; items: readonly CompletionItem[] } {
  const { view, cursors } = featureView(source, context);
  return { text: view.text, items: complete(view, cursors[0] ?? -1).items };
}

/** label → the text after accepting. */
function accept(source: string, label: string): string | undefined {
  const { text, items } = at(source);
  const item = items.find((candidate) => candidate.label === label);
  return item && applyItem(text, item);
}

const openat = (body: string, struct = 'trace_event_raw_sys_enter') =>
  `SEC("tp/syscalls/sys_enter_openat")\nint f(struct ${struct} *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

describe('the target of a section', () => {
  it.each([
    ['kprobe/unlinkat', 'do_unlinkat', 'kprobe/do_unlinkat'],
    ['fexit/unlinkat', 'do_unlinkat', 'fexit/do_unlinkat'],
    ['?tp_btf/sched_sw', 'sched_switch', '?tp_btf/sched_switch'],
    ['raw_tp/sched_sw', 'sched_switch', 'raw_tp/sched_switch'],
    ['lsm/file_op', 'file_open', 'lsm/file_open'],
    ['ksyscall/fchmoda', 'fchmodat', 'ksyscall/fchmodat'],
    ['iter/tas', 'task', 'iter/task'],
  ])('%s takes %s', (typed, label, section) => {
    expect(accept(`SEC("${typed}/*|*/")\n`, label)).toBe(`SEC("${section}|")\n`);
  });

  it.each([
    'kprobe/unlinkat',
    '?tp_btf/sched_sw',
    'lsm/file_op',
    'ksyscall/',
    'iter/tas',
    'tp/sched_sw',
    'xdp',
  ])('of %s needs no analysis', (typed) => {
    const { view, cursors } = featureView(`SEC("${typed}/*|*/")\n`, context);
    const offset = cursors[0] ?? -1;
    const early = completeEarly(view, offset) ?? completeTarget(view, offset);
    expect(early).toEqual(complete(view, offset));
    expect(early?.items).not.toEqual([]);
  });

  it('is nothing that a kernel could name for a uprobe', () => {
    expect(at('SEC("uprobe//usr/bin/x:/*|*/")\n').items).toEqual([]);
  });
});

describe('the handler after a SEC line', () => {
  it('is a whole program with the event’s context', () => {
    expect(
      accept(
        'SEC("tp/syscalls/sys_enter_openat")\n/*|*/',
        'int tracepoint__syscalls__sys_enter_openat(struct trace_event_raw_sys_enter *ctx)',
      ),
    ).toBe(
      'SEC("tp/syscalls/sys_enter_openat")\nint tracepoint__syscalls__sys_enter_openat(struct trace_event_raw_sys_enter *ctx)\n{\n\t$0\n\treturn 0;\n}|',
    );
  });

  it.each([
    // The class's struct, not the event's own name.
    [
      'tp/sched/sched_wakeup',
      'int tracepoint__sched__sched_wakeup(struct trace_event_raw_sched_wakeup_template *ctx)',
    ],
    [
      '?tracepoint/sched/sched_switch',
      'int tracepoint__sched__sched_switch(struct trace_event_raw_sched_switch *ctx)',
    ],
    ['tp/nope/nope', 'int tracepoint__nope__nope(void *ctx)'],
    ['xdp', 'int xdp_prog(struct xdp_md *ctx)'],
    ['kprobe/do_unlinkat', 'int BPF_KPROBE(kprobe__do_unlinkat, int dfd, struct filename *name)'],
    ['kretprobe/do_unlinkat', 'int BPF_KRETPROBE(kretprobe__do_unlinkat, long ret)'],
    ['fentry/do_unlinkat', 'int BPF_PROG(fentry__do_unlinkat, int dfd, struct filename *name)'],
    ['fexit/do_unlinkat', 'int BPF_PROG(fexit__do_unlinkat, int dfd, struct filename *name, int ret)'],
    ['lsm/file_open', 'int BPF_PROG(lsm__file_open, struct file *file)'],
    [
      'tp_btf/sched_switch',
      'int BPF_PROG(tp_btf__sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int prev_state)',
    ],
  ])('of %s is %s', (section, label) => {
    expect(at(`SEC("${section}")\n/*|*/`).items.map((item) => item.label)).toEqual([label]);
  });

  it('gets a name that is not taken', () => {
    const source =
      'SEC("tp/sched/sched_switch")\nint tracepoint__sched__sched_switch(void *ctx) { return 0; }\n\nSEC("tp/sched/sched_switch")\n/*|*/';
    expect(at(source).items[0]?.label).toContain('int tracepoint__sched__sched_switch_2(');
  });

  it('replaces what has been typed of it', () => {
    expect(accept('SEC("xdp")\nint x/*|*/', 'int xdp_prog(struct xdp_md *ctx)')).toBe(
      'SEC("xdp")\nint xdp_prog(struct xdp_md *ctx)\n{\n\t$0\n\treturn 0;\n}|',
    );
  });

  it('is nothing for a section that libbpf does not know', () => {
    expect(at('SEC("license")\n/*|*/').items).toEqual([]);
  });
});

describe('the parameter list', () => {
  it('offers the event’s context', () => {
    const labels = (source: string) => at(source).items.map(({ label }) => label);
    expect(labels('SEC("tp/syscalls/sys_exit_read")\nint f(/*|*/)')).toEqual([
      'struct trace_event_raw_sys_exit *ctx',
      'struct syscall_trace_exit *ctx',
    ]);
    expect(labels('SEC("xdp")\nint f(/*|*/')).toEqual(['struct xdp_md *ctx']);
  });

  it('of BPF_PROG offers the parameters of what is traced, one and all', () => {
    const labels = (source: string) => at(source).items.map(({ label }) => label);
    const head = 'SEC("raw_tp/sched_process_fork")\nint BPF_PROG(f, ';
    expect(labels(`${head}/*|*/)`)).toEqual([
      'struct task_struct *parent',
      'struct task_struct *parent, struct task_struct *child',
    ]);
    expect(labels(`${head}struct task_struct *p, /*|*/)`)).toEqual(['struct task_struct *child']);
    expect(labels(`${head}struct task_struct *p, struct task_struct *c, /*|*/)`)).toEqual([]);
  });

  it('replaces what is there', () => {
    const source =
      'SEC("tp/sched/sched_wakeup")\nint f(struct trace_ev/*|*/ent_raw_sched_wakeup *ctx)\n{\n}\n';
    expect(accept(source, 'struct trace_event_raw_sched_wakeup_template *ctx')).toBe(
      'SEC("tp/sched/sched_wakeup")\nint f(struct trace_event_raw_sched_wakeup_template *ctx|)\n{\n}\n',
    );
  });
});

describe('members of ctx', () => {
  it('of a syscall are its arguments, by name, and its number', () => {
    const { items } = at(openat('long x = ctx->/*|*/;'));
    expect(items.map(({ label, labelDetail }) => `${label}${labelDetail ?? ''}`)).toEqual([
      'id syscall number',
      'args[0] dfd',
      'args[1] filename',
      'args[2] flags',
      'args[3] mode',
    ]);
  });

  it('are found by the name of the argument', () => {
    const { text, items } = at(openat('long x = ctx->file/*|*/;'));
    const item = items.find(({ label }) => label === 'args[1]');
    expect(item?.filterText).toBe('filename');
    expect(item && applyItem(text, item)).toContain('ctx->args[1]|;');
  });

  it('of an event are its fields, none of them common', () => {
    const source =
      'SEC("tp/sched/sched_switch")\nint f(struct trace_event_raw_sched_switch *ctx)\n{\n\treturn ctx->/*|*/;\n}\n';
    expect(at(source).items.map(({ label }) => label)).toEqual([
      'prev_comm',
      'prev_pid',
      'prev_prio',
      'prev_state',
      'next_comm',
      'next_pid',
      'next_prio',
    ]);
  });

  it('of a __data_loc string come with the place of the string', () => {
    const source =
      'SEC("tp/sched/sched_process_exec")\nint f(struct trace_event_raw_sched_process_exec *ctx)\n{\n\tchar buf[16];\n\tbpf_probe_read_kernel_str(buf, sizeof(buf), ctx->/*|*/);\n\treturn 0;\n}\n';
    const { text, items } = at(source);
    expect(items.map(({ label }) => label)).toEqual(['__data_loc_filename', 'pid', 'old_pid', 'filename']);
    const item = items.find(({ label }) => label === 'filename');
    expect(item && applyItem(text, item)).toContain(
      'sizeof(buf), (void *)ctx + (ctx->__data_loc_filename & 0xffff)|);',
    );
  });

  it('of the other struct of syscalls have its names', () => {
    expect(at(openat('long x = ctx->/*|*/;', 'syscall_trace_enter')).items[0]?.label).toBe('nr');
  });

  it('of a hand-written struct are those that it has, with what lies there', () => {
    const source =
      'struct my { unsigned long long pad; long nr; long a; long b; };\n' +
      openat('long x = ctx->/*|*/;', 'my');
    expect(at(source).items.map(({ label, labelDetail }) => `${label}${labelDetail ?? ''}`)).toEqual([
      'nr __syscall_nr',
      'a dfd',
      'b filename',
    ]);
  });

  it('are offered in BPF_CORE_READ too', () => {
    const { text, items } = at(openat('long x = BPF_CORE_READ(ctx, /*|*/);'));
    expect(items.map(({ label }) => label)).toContain('args[1]');
    const item = items.find(({ label }) => label === 'args[1]');
    expect(item && applyItem(text, item)).toContain('BPF_CORE_READ(ctx, args[1]|)');
  });

  it('are numbered by name between the brackets of args', () => {
    const { text, items } = at(openat('long x = ctx->args[/*|*/];'));
    expect(items.map(({ label, labelDetail }) => `${label}${labelDetail ?? ''}`)).toEqual([
      '0 dfd',
      '1 filename',
      '2 flags',
      '3 mode',
    ]);
    const item = items[1];
    expect(item && applyItem(text, item)).toContain('ctx->args[1|];');
  });
});
