import { describe, expect, it } from 'vitest';
import { inlayHints } from '#server/features/inlay-hints';
import { featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

/** The source with every hint written where the editor shows it. */
function shown(source: string): string {
  const { view, ranges } = featureView(source, context);
  const range = ranges[0] ?? { start: 0, end: view.text.length };
  return [...inlayHints(view, range)]
    .sort((a, b) => b.offset - a.offset)
    .reduce(
      (text, { offset, label }) => `${text.slice(0, offset)}«${label}»${text.slice(offset)}`,
      view.text,
    );
}

const openat = (body: string, parameter = 'struct trace_event_raw_sys_enter *ctx') =>
  `SEC("tp/syscalls/sys_enter_openat")\nint f(${parameter})\n{\n${body}\n\treturn 0;\n}\n`;

describe('inlay hints', () => {
  it('name the argument behind its number', () => {
    expect(shown(openat('\tlong x = ctx->args[1] + ctx->id;'))).toContain(
      'ctx->args[1]«filename» + ctx->id;',
    );
    expect(shown(openat('\tint n = (int)BPF_CORE_READ(ctx, args[0]);'))).toContain(
      'BPF_CORE_READ(ctx, args[0]«dfd»)',
    );
    expect(shown(openat('\tlong x = ctx[3];', '__u64 *ctx'))).toContain('ctx[3]«filename»;');
  });

  it('say nothing where the source does, or where there is no such argument', () => {
    for (const source of [
      openat('\tlong x = ctx->args[4];'),
      'SEC("tp/syscalls/sys_exit_openat")\nint f(struct trace_event_raw_sys_exit *ctx)\n{\n\treturn ctx->ret;\n}\n',
      'SEC("tp/sched/sched_switch")\nint f(struct trace_event_raw_sched_switch *ctx)\n{\n\treturn ctx->prev_comm[0];\n}\n',
    ])
      expect(shown(source)).toBe(source);
  });

  it('name the arguments of a raw tracepoint', () => {
    expect(
      shown(
        'SEC("raw_tp/sched_switch")\nint f(struct bpf_raw_tracepoint_args *ctx)\n{\n\treturn ctx->args[2] == ctx->args[9];\n}\n',
      ),
    ).toContain('ctx->args[2]«next» == ctx->args[9];');
  });

  it('name the parameters of a macro that the source calls otherwise', () => {
    const program = (section: string, head: string) =>
      shown(`SEC("${section}")\nint ${head}\n{\n\treturn 0;\n}\n`);
    for (const section of ['ksyscall/openat', 'kprobe/__x64_sys_openat'])
      expect(program(section, 'BPF_KSYSCALL(f, int dfd, const char *path, int flags)')).toContain(
        'BPF_KSYSCALL(f, int dfd, const char *path«filename», int flags)',
      );
    // The first one was forgotten.
    expect(program('ksyscall/openat', 'BPF_KSYSCALL(f, const char *filename)')).toContain('*filename«dfd»)');
    expect(program('kprobe/do_unlinkat', 'BPF_KPROBE(f, int fd, struct filename *name)')).toContain(
      'BPF_KPROBE(f, int fd«dfd», struct filename *name)',
    );
    expect(program('fexit/do_unlinkat', 'BPF_PROG(f, int dfd, struct filename *n, long result)')).toContain(
      'BPF_PROG(f, int dfd, struct filename *n«name», long result)',
    );
    expect(program('tp_btf/sched_switch', 'BPF_PROG(f, bool preempt, struct task_struct *from)')).toContain(
      '*from«prev»)',
    );
    for (const [section, head] of [
      ['ksyscall/close', 'BPF_KSYSCALL(f, int fd, int more)'],
      ['ksyscall/nothing', 'BPF_KSYSCALL(f, int fd)'],
      ['kretprobe/do_unlinkat', 'BPF_KRETPROBE(f, long result)'],
      ['fentry/do_unlinkat', 'BPF_PROG(f)'],
    ] as const)
      expect(program(section, head)).not.toContain('«');
  });

  it('name the arguments of a function by their registers', () => {
    const program = (section: string, body: string) =>
      shown(`SEC("${section}")\nint f(struct pt_regs *regs)\n{\n\t${body}\n\treturn 0;\n}\n`);
    // long do_unlinkat(int dfd, struct filename *name), fs/namei.c
    expect(program('kprobe/do_unlinkat', 'use(PT_REGS_PARM1(regs), PT_REGS_PARM2_CORE( regs ));')).toContain(
      'use(PT_REGS_PARM1(regs)«dfd», PT_REGS_PARM2_CORE( regs )«name»);',
    );
    for (const [section, body] of [
      ['kprobe/do_unlinkat', 'use(PT_REGS_PARM3(regs), PT_REGS_RC(regs), PT_REGS_PARM1(other));'],
      ['kprobe/do_unlinkat', '/* PT_REGS_PARM1(regs) */ use("PT_REGS_PARM1(regs)");'],
      ['kprobe/do_unlinkat+0x10', 'use(PT_REGS_PARM1(regs));'],
      // They are gone when it returns.
      ['kretprobe/do_unlinkat', 'use(PT_REGS_PARM1(regs), PT_REGS_RC(regs));'],
      ['uprobe/do_unlinkat', 'use(PT_REGS_PARM1(regs));'],
    ] as const)
      expect(program(section, body)).not.toContain('«');
  });

  it('are only those of the range', () => {
    const text = shown(
      openat('\tlong x = ctx->args[0];\n/*<*/\tlong y = ctx->args[1];/*>*/\n\tlong z = ctx->args[2];'),
    );
    expect(text.match(/«\w+»/g)).toEqual(['«filename»']);
  });
});
