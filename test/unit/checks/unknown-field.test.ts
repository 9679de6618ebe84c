import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
`;

/** A body in which `task` is the current task, and `out` is a place that the compiler cannot do without. */
const body = (statements: string) => `${head}
unsigned long out;

SEC("tp/sched/sched_switch")
int handle(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
${statements}
	return 0;
}
`;

describe('unknown-field', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('tells the nearest name of a misspelt member, and changes it', async () => {
    const source = body(`
	out = task->nsproxy->pid_ns_for_children->ns.ium;
	//                                           ^^^ error[unknown-field]: struct ns_common has no member ium on this kernel. Did you mean inum?`).replace(
      '(void *)bpf_get_current_task()',
      'bpf_get_current_task_btf()',
    );
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toContain('ns.inum;');
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it.each([
    ['BPF_CORE_READ(task, real_parnet, tgid)', 'real_parnet'],
    ['BPF_CORE_READ(task, real_parent, tgdi)', 'tgdi'],
    ['BPF_CORE_READ(task, thread_pid, numbers[0].nrr)', 'nrr'],
    ['BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.ium)', 'ium'],
    ['BPF_CORE_READ(task, se.vrun_time)', 'vrun_time'],
    ['BPF_CORE_READ(task->mm, pgdd)', 'pgdd'],
    ['BPF_CORE_READ((struct file *)out, f_flgas)', 'f_flgas'],
    ['BPF_PROBE_READ(task, real_parnet, tgid)', 'real_parnet'],
    ['BPF_CORE_READ(task, mm)->pgdd', 'pgdd'],
    ['((struct file *)out)->f_inod->i_ino', 'f_inod'],
    ['bpf_get_current_task_btf()->tgdi', 'tgdi'],
    ['bpf_core_cast(out, struct sock)->__sk_common.skc_fmaily', 'skc_fmaily'],
    ['(*task).tgdi', 'tgdi'],
    ['task[0].tgdi', 'tgdi'],
    ['task->signal->rlim[0].rlim_crr', 'rlim_crr'],
    ['({ int x; BPF_CORE_READ_INTO(&x, task, tgdi); x; })', 'tgdi'],
    ['({ int x; bpf_core_read(&x, sizeof(x), &task->tgdi); x; })', 'tgdi'],
    ['({ char x[8]; BPF_CORE_READ_STR_INTO(&x, task, comn); x[0]; })', 'comn'],
  ])('%s', async (expression, name) => {
    const text = body(`\tout = ${expression};`);
    const findings = await findingsOf(text, context);
    expect(
      findings
        .filter(({ code }) => code === 'unknown-field')
        .map(({ span }) => text.slice(span.start, span.end)),
    ).toEqual([name]);
  });

  it.each([
    ['a member that the kernel has', '\tout = BPF_CORE_READ(task, real_parent, tgid);'],
    ['one of an anonymous union', '\tout = BPF_CORE_READ((struct sock *)out, __sk_common.skc_daddr);'],
    ['a bitfield', '\tout = BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);'],
    ['an array', '\tout = BPF_CORE_READ(task, comm[1]);'],
    ['a question to libbpf', '\tout = bpf_core_field_exists(task->no_such);'],
    [
      'what depends on one',
      '\tif (bpf_core_field_exists(task->no_such))\n\t\tout = BPF_CORE_READ(task, no_such);',
    ],
    [
      'what another one depends on',
      '\tif (!bpf_core_type_exists(struct nope))\n\t\treturn 0;\n\tout = BPF_CORE_READ(task, no_such);',
    ],
    ['what #if may leave out', '#ifdef OLD\n\tout = BPF_CORE_READ(task, no_such);\n#endif'],
    ['sizeof', '\tout = sizeof(task->no_such);'],
    ['an unknown macro', '\tout = READ(task->no_such);'],
    ['an unknown type', '\tout = ((struct nowhere *)out)->no_such;'],
    ['an unknown variable', '\tout = unknown->no_such;'],
    [
      'another meaning of the name',
      '\tfor (;;) {\n\t\tstruct nowhere *task = (void *)out;\n\t\tout = task->no_such;\n\t}',
    ],
    ['a read that is dropped', '\tint x = bpf_get_current_task_btf()->no_such;'],
  ])('is silent about %s', async (_, statements) => {
    expect(
      (await findingsOf(body(statements), context)).filter(({ code }) => code === 'unknown-field'),
    ).toEqual([]);
  });

  it.each([
    ['a macro of the file', '#define no_such __state\n'],
    [
      'a flavour',
      'struct task_struct___old { long no_such; } __attribute__((preserve_access_index));\n#define task ((struct task_struct___old *)task)\n',
    ],
    ['a struct with offsets of its own', 'struct task_struct { long no_such; };\n'],
    ['a header that is out of sight', '#include <net/sock.h>\n'],
  ])('is silent about members of %s', async (_, declaration) => {
    const text = body('\tout = BPF_CORE_READ(task, no_such);').replace(
      '\nunsigned',
      `\n${declaration}unsigned`,
    );
    expect(await findingsOf(text, context)).toEqual([]);
  });

  it('says what a renamed member is called here', async () => {
    await checkFixture(
      body(`
	out = BPF_CORE_READ(task, state);
	//                        ^^^^^ error[unknown-field]: Did you mean __state?`),
      context,
    );
    await checkFixture(
      body(`
	out = BPF_CORE_READ(task, __state);
	//                        ^^^^^^^ error[unknown-field]: Did you mean state?`),
      await fixtureContext('5.10-debian-amd64'),
    );
    await checkFixture(
      body(`
	out = BPF_CORE_READ((struct sock *)out, sk_family);
	//                                      ^^^^^^^^^ error[unknown-field]: Did you mean __sk_common.skc_family?`),
      context,
    );
  });

  it('is a warning where nobody chose the kernel', async () => {
    await checkFixture(
      body(`
	out = BPF_CORE_READ(task, state);
	//                        ^^^^^ warning[unknown-field]`),
      await fixtureContext('6.18-microvm-amd64', false),
    );
  });

  it('knows the parameters of BPF_PROG and of functions', async () => {
    await checkFixture(
      `${head}
static __always_inline int parent(struct task_struct *task)
{
	return BPF_CORE_READ(task, real_parnet, tgid);
	//                         ^^^^^^^^^^^ error[unknown-field]
}

SEC("fentry/vfs_read")
int BPF_PROG(handle, struct file *file, char *buf)
{
	return parent((void *)bpf_get_current_task()) + file->f_flgas;
	//                                                    ^^^^^^^ error[unknown-field]: f_flags
}
`,
      context,
    );
  });

  it.each([
    ['const volatile int kind;\n', 'if (kind)\n\t\tout = get(task);'],
    ['', 'if (bpf_core_field_exists(task->no_such))\n\t\tout = get(task);'],
  ])('is silent about a function that is called only where %j allows it', async (declaration, statements) => {
    const get = `static long get(struct task_struct *task)\n{\n\treturn BPF_CORE_READ(task, no_such);\n}\n`;
    const text = body(`\t${statements}`).replace('\nunsigned', `\n${declaration}${get}unsigned`);
    expect(await findingsOf(text, context)).toEqual([]);
  });

  it('follows a struct of the program to the kernel’s', async () => {
    await checkFixture(
      `${head}
struct state { struct { struct task_struct *tasks[2]; }; };

SEC("fentry/vfs_read")
int BPF_PROG(handle)
{
	struct state state = { .tasks = { bpf_get_current_task_btf() } };
	return state.tasks[0]->tgdi;
	//                     ^^^^ error[unknown-field]
}
`,
      context,
    );
  });

  describe('with a vmlinux.h of another kernel', () => {
    const definitions: Record<string, string> = {
      task_struct:
        'struct task_struct { int tgid; int gone; struct other *real_parent; struct mm_struct *mm; };',
      mm_struct: 'struct mm_struct { int only_here; };',
      other: 'struct other { int elsewhere; };',
    };
    const withHeader = (text: string) => {
      const structs = new Map(
        Object.entries(definitions).flatMap(([name, definition]) => {
          const file = context.analyzer.open(definition);
          const [found] = file.analysis.structs;
          return found ? [[name, { ...found, preserveAccessIndex: true }] as const] : [];
        }),
      );
      const headers = {
        ...{
          hasVmlinux: true,
          complete: true,
          typedef: () => undefined,
          macro: (name: string) => name === 'defined',
        },
        struct(name: string) {
          const definition = structs.get(name);
          return definition && { uri: 'file:///vmlinux.h', definition, line: 0, character: 0 };
        },
      };
      return findingsOf(text, { ...context, headers });
    };

    it.each([
      ['a member that only the other kernel has', 'BPF_CORE_READ(task, gone)', ['unknown-field']],
      ['one of a struct behind it', 'BPF_CORE_READ(task, mm, only_here)', ['unknown-field']],
      ['a member that neither has', 'BPF_CORE_READ(task, nowhere)', ['unknown-field']],
      [
        'one of a struct that only the other kernel has there',
        'BPF_CORE_READ(task, real_parent, elsewhere)',
        [],
      ],
      ['a macro of a header', 'BPF_CORE_READ(task, defined)', []],
    ])('%s', async (_, expression, codes) => {
      expect((await withHeader(body(`\tout = ${expression};`))).map(({ code }) => code)).toEqual(codes);
    });

    it('reports what does not compile, however the program gets there, and what only may run, not', async () => {
      const settings = 'const volatile int level;\n';
      const when = (name: string) =>
        body(`\tif (level)\n\t\tout = BPF_CORE_READ(task, ${name});`).replace(
          '\nunsigned',
          `\n${settings}unsigned`,
        );
      expect((await withHeader(when('nowhere'))).map(({ code }) => code)).toEqual(['unknown-field']);
      expect(await withHeader(when('gone'))).toEqual([]);
    });
  });
});
