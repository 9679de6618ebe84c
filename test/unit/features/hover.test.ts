import { describe, expect, it } from 'vitest';
import { hover } from '#server/features/hover';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernelIds, bundledView } from '#support/bundled';
import { featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');

/** The hover at the cursor: its Markdown, and the text that it is about. */
function at(source: string): { markdown: string; about: string } | undefined {
  const { view, cursors } = featureView(source, context);
  const found = hover(view, cursors[0] ?? -1);
  return found && { markdown: found.markdown, about: view.text.slice(found.span.start, found.span.end) };
}

const openat = (body: string, parameter = 'struct trace_event_raw_sys_enter *ctx') =>
  `SEC("tp/syscalls/sys_enter_openat")\nint f(${parameter})\n{\n\t${body}\n\treturn 0;\n}\n`;
const exit = (body: string) =>
  `SEC("tp/syscalls/sys_exit_openat")\nint f(struct trace_event_raw_sys_exit *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

describe('hover on a SEC string', () => {
  it('describes the event', () => {
    const found = at('SEC("tp/syscalls/sys_enter_/*|*/openat")\nint f(void *ctx) { return 0; }\n');
    expect(found?.about).toBe('tp/syscalls/sys_enter_openat');
    expect(found?.markdown).toBe(
      [
        '```c',
        'SEC("tp/syscalls/sys_enter_openat")',
        'int handler(struct trace_event_raw_sys_enter *ctx)',
        '```',
        '',
        '| read | field |  |',
        '|---|---|---|',
        '| `ctx->id` | `int __syscall_nr` | signed, 4 bytes |',
        '| `ctx->args[0]` | `int dfd` |  |',
        '| `ctx->args[1]` | `const char *filename` | user-space pointer to a string |',
        '| `ctx->args[2]` | `int flags` |  |',
        '| `ctx->args[3]` | `umode_t mode` |  |',
        '',
        'Prints `dfd: 0x%08lx, filename: 0x%08lx, flags: 0x%08lx, mode: 0x%08lx`',
        '',
        `*${context.kernel.index.provenance.release} · x86_64 · bundled kernel*`,
      ].join('\n'),
    );
  });

  it('names the values that the kernel has names for', () => {
    const found = at('SEC("tp/sched/sched_/*|*/switch")\nint f(void *ctx) { return 0; }\n');
    expect(found?.markdown).toContain('`0x1` S · `0x2` D · `0x4` T');
  });

  it('describes the section where there is no event', () => {
    const found = at('SEC("kpr/*|*/obe/do_unlinkat")\nint f(void *ctx) { return 0; }\n');
    expect(found?.markdown).toContain('Runs at the entry of a kernel function');
    expect(found?.markdown).toContain('`BPF_PROG_TYPE_KPROBE`');
  });

  it('shows the prototype of a raw tracepoint', () => {
    const found = at('SEC("raw_tp/task_/*|*/newtask")\nint f(void *ctx) { return 0; }\n');
    expect(found?.markdown).toContain(
      'int BPF_PROG(name, struct task_struct *task, long unsigned int clone_flags)',
    );
    expect(found?.markdown).toContain('The parameters of raw tracepoint task_newtask');
  });

  it.each([
    ['.ma/*|*/ps', 'A map that libbpf makes'],
    ['lic/*|*/ense', '`Dual BSD/GPL`'],
    ['.struct_ops/*|*/', 'until its element is deleted'],
    ['.struct_ops./*|*/link', 'as long as the link lives'],
    ['.rodata./*|*/settings', 'before the object loads'],
    ['.data./*|*/counters', 'Global variables'],
  ])('says what becomes of variables in %s', (section, text) => {
    expect(at(`struct s x SEC("${section}");\n`)?.markdown).toContain(text);
    expect(at(`SEC("${section}")\nint f(void *ctx) { return 0; }\n`)).toBeUndefined();
  });

  it('is silent where nothing is known', () => {
    expect(at('char l[] SEC("own_/*|*/section") = "GPL";')).toBeUndefined();
  });
});

describe('hover on a use of ctx', () => {
  it.each([
    ['ctx->args', 'long x = ctx->ar/*|*/gs[1];', 'ctx->args[1]'],
    ['the index', 'long x = ctx->args[/*|*/1];', 'ctx->args[1]'],
    ['BPF_CORE_READ', 'const char *p = (const char *)BPF_CORE_READ(ctx, ar/*|*/gs[1]);', 'args[1]'],
    ['bpf_probe_read', 'long x; bpf_probe_read(&x, sizeof(x), &ctx->ar/*|*/gs[1]);', 'ctx->args[1]'],
    ['a string read', 'char b[8]; bpf_probe_read_user_str(b, 8, (void *)ctx->arg/*|*/s[1]);', 'ctx->args[1]'],
  ])('says what %s is', (_, body, about) => {
    const found = at(openat(body));
    expect(found?.about).toBe(about);
    expect(found?.markdown).toContain('const char *filename');
    expect(found?.markdown).toContain('user-space pointer to a string');
    expect(found?.markdown).toContain(
      'bpf_probe_read_user_str(filename, sizeof(filename), (void *)ctx->args[1]);',
    );
    expect(found?.markdown).toContain('6.1.');
  });

  it('follows casts, and words at byte offsets', () => {
    const cast = openat('long x = ((struct trace_event_raw_sys_enter *)c)->ar/*|*/gs[1];', 'void *c');
    expect(at(cast)?.markdown).toContain('const char *filename');
    const words = openat('long x = ctx[/*|*/3];', '__u64 *ctx');
    expect(at(words)?.markdown).toContain('const char *filename');
  });

  it('follows a local name, and a helper that only this event’s handlers call', () => {
    const alias = openat('struct trace_event_raw_sys_enter *c = ctx;\n\tlong x = c->ar/*|*/gs[1];');
    expect(at(alias)?.markdown).toContain('const char *filename');
    const helper =
      'static long help(struct trace_event_raw_sys_enter *c)\n{\n\treturn c->ar/*|*/gs[1];\n}\n\n' +
      openat('return help(ctx);');
    expect(at(helper)?.markdown).toContain('const char *filename');
  });

  it('reads by the name that the program has for its context', () => {
    const found = at(openat('long x = args->ar/*|*/gs[1];', 'struct trace_event_raw_sys_enter *args'));
    expect(found?.markdown).toContain('`args->args[1]`');
    expect(found?.markdown).toContain('(void *)args->args[1]);');
  });

  it.each([
    ['ret', 'long x = ctx->r/*|*/et;', 'long ret'],
    ['id', 'long x = ctx->i/*|*/d;', 'int __syscall_nr'],
  ])('knows ctx->%s', (_, body, declaration) => {
    expect(at(exit(body))?.markdown).toContain(declaration);
  });

  it('says where a __data_loc string is', () => {
    const found = at(
      'SEC("tp/sched/sched_process_exec")\nint f(struct trace_event_raw_sched_process_exec *ctx)\n{\n\treturn ctx->__data_loc_/*|*/filename;\n}\n',
    );
    expect(found?.markdown).toContain('char filename[]');
    expect(found?.markdown).toContain('The low 16 bits are the offset from the start of the record');
    expect(found?.markdown).toContain('(void *)ctx + (ctx->__data_loc_filename & 0xffff)');
  });

  it('is silent about an argument that the syscall does not have', () => {
    expect(at(openat('long x = ctx->ar/*|*/gs[5];'))).toBeUndefined();
  });
});

describe('hover on a type', () => {
  it('shows the struct and whose context it is', () => {
    const found = at(openat('return 0;').replace('trace_event_raw', 'trace/*|*/_event_raw'));
    expect(found?.about).toBe('trace_event_raw_sys_enter');
    expect(found?.markdown).toContain('struct trace_event_raw_sys_enter {');
    expect(found?.markdown).toContain('The context of `syscalls:sys_enter_openat`');
  });
});

/** Fields of all sys_enter formats but the syscall number, counted with grep over the captured format files. */
const argumentCounts = {
  '5.10-debian-amd64': 942,
  '6.1-debian-amd64': 975,
  '6.1-debian-arm64': 882,
  '6.12-debian-amd64': 1022,
  '6.18-microvm-amd64': 1038,
};

describe.each(bundledKernelIds)('every argument of every syscall of %s', (id) => {
  it('is named by hover as the format file names it', async () => {
    const [analyzer, kernel] = await Promise.all([testAnalyzer(), bundledView(id)]);
    let asked = 0;
    const wrong: string[] = [];
    for (const { category, name } of kernel.index.events) {
      if (category !== 'syscalls' || !name.startsWith('sys_enter_')) continue;
      // Straight from the text: the lines behind __syscall_nr, up to the strings that newer kernels copy.
      const text = kernel.index.formatText(category, name) ?? '';
      const lines = [...text.matchAll(/^\tfield:(.*?)([A-Za-z_]\w*);\toffset:(\d+);/gm)].filter(
        ([, type = '', , offset]) => Number(offset) >= 16 && !type.includes('__data_loc'),
      );
      const reads = lines.map(
        (_, n) => `\tx += ctx->/*|*/args[${n}];\n\ty += BPF_CORE_READ(ctx, ar/*|*/gs[${n}]);\n`,
      );
      const source = `SEC("tp/${category}/${name}")\nint f(struct trace_event_raw_sys_enter *ctx)\n{\n\tlong x = 0, y = 0;\n${reads.join('')}\treturn x + y;\n}\n`;
      const { view, cursors } = featureView(source, { analyzer, kernel });
      cursors.forEach((cursor, i) => {
        asked++;
        const field = lines[i >> 1]?.[2] ?? '?';
        const markdown = hover(view, cursor)?.markdown ?? '';
        const [, declaration = ''] = /^```c\n(.*)\n```/.exec(markdown) ?? [];
        const said = /(\w+)(?:\[\w*\])?$|\(\*(\w+)\)/.exec(declaration);
        if ((said?.[1] ?? said?.[2]) !== field)
          wrong.push(`${name} args[${i >> 1}]: ${field}, not ${declaration}`);
      });
    }
    expect(wrong).toEqual([]);
    expect(asked).toBe(argumentCounts[id] * 2);
  });
});

describe('hover on an argument of what is traced', () => {
  const raw = (parameter: string, body: string) =>
    at(`SEC("raw_tp/sched_switch")\nint ${parameter}\n{\n\t${body}\n\treturn 0;\n}\n`);

  it('names the argument behind a number', () => {
    const found = raw('f(struct bpf_raw_tracepoint_args *ctx)', 'return ctx->ar/*|*/gs[2];');
    expect(found?.about).toBe('ctx->args[2]');
    expect(found?.markdown).toContain('struct task_struct *next');
    expect(found?.markdown).toContain('`ctx->args[2]` is argument 3 of raw tracepoint sched_switch');
    expect(raw('f(__u64 *ctx)', 'return ctx/*|*/[1];')?.markdown).toContain('struct task_struct *prev');
  });

  it('says what a register holds when a function begins, and when it returns', () => {
    const program = (section: string, body: string) =>
      at(`SEC("${section}")\nint f(struct pt_regs *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`);
    const found = program('kprobe/do_unlinkat', 'long x = PT_REGS_PA/*|*/RM2(ctx);');
    expect(found?.about).toBe('PT_REGS_PARM2(ctx)');
    expect(found?.markdown).toContain('struct filename *name');
    expect(found?.markdown).toContain('argument 2 of function do_unlinkat');
    // int do_unlinkat(…), fs/namei.c of 6.1
    const returned = program('kretprobe/do_unlinkat', 'long x = PT_REGS_RC(/*|*/ctx);');
    expect(returned?.markdown).toContain('int ret');
    expect(returned?.markdown).toContain('`PT_REGS_RC(ctx)` is what function do_unlinkat returns');
    expect(program('kretprobe/do_unlinkat', 'long x = PT_REGS_PA/*|*/RM1(ctx);')).toBeUndefined();
  });

  it('says what a parameter of BPF_PROG is in the kernel', () => {
    const found = raw('BPF_PROG(f, bool b, void *p/*|*/)', '');
    expect(found?.about).toBe('p');
    expect(found?.markdown).toContain('struct task_struct *prev');
    expect(raw('BPF_PROG(f, bool b, void *p, void *n, int s, int mo/*|*/re)', '')).toBeUndefined();
  });

  it('is silent where the kernel has no such argument', () => {
    expect(raw('f(__u64 *ctx)', 'return ctx/*|*/[9];')).toBeUndefined();
  });
});
