import { describe, expect, it } from 'vitest';
import { checkFixture, findingsOf, type FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();

/** On task_newtask(struct task_struct *task, u64 clone_flags). */
const newtask = async (
  parameters: string,
  body: string,
  section = 'raw_tp/task_newtask',
  kernel = context,
) => {
  const [finding] = await checkFixture(
    `struct bpf_raw_tracepoint_args;\nSEC("${section}")\nint ${parameters}\n{\n${body}\n}\n`,
    kernel,
  );
  return finding;
};

/** The head of the function, and under this part of it the finding. */
function marked(parameters: string, part: string, message = ''): string {
  const column = `int ${parameters}`.indexOf(part);
  return `${parameters}\n//${' '.repeat(column - 2)}${'^'.repeat(part.length)} error[prog-args]: ${message}`;
}

describe('prog-args', () => {
  it.each([
    ['raw_tp/task_newtask', 'refuses to attach it (EINVAL)'],
    ['raw_tracepoint/task_newtask', 'refuses to attach it (EINVAL)'],
    ['tp_btf/task_newtask', 'The verifier refuses'],
  ])('reports a parameter that %s does not have', async (section, consequence) => {
    await newtask(
      marked('BPF_PROG(handle, struct task_struct *task, u64 flags, int extra)', 'int extra', consequence),
      '\treturn extra;',
      section,
    );
  });

  it('says which arguments there are', async () => {
    const finding = await newtask(
      'handle(struct bpf_raw_tracepoint_args *ctx)',
      '\treturn ctx->args[2];\n\t//     ^^^^^^^^^^^^ error[prog-args]',
    );
    expect(finding?.message).toContain('(struct task_struct *task, u64 clone_flags)');
  });

  it('reports a word past the end', async () => {
    await newtask('handle(__u64 *ctx)', '\treturn ctx[2];\n\t//     ^^^^^^ error[prog-args]: no argument 3');
  });

  it.each([
    'bpf_printk("%d", extra);\n\treturn 0;',
    'struct event *e = bpf_ringbuf_reserve(&events, 8, 0);\n\tif (!e)\n\t\treturn 0;\n\te->x = extra;\n\tbpf_ringbuf_submit(e, 0);\n\treturn 0;',
  ])('sees that it is used: %s', async (body) => {
    await newtask(
      marked('BPF_PROG(handle, struct task_struct *task, u64 flags, int extra)', 'int extra'),
      `\t${body}`,
    );
  });

  it.each([
    ['nothing reads it', 'return 0;'],
    ['it is only named', '(void)extra;\n\treturn 0;'],
    ['the value may be dropped', 'int x = extra;\n\treturn 0;'],
    ['a branch may be pruned', 'if (has_extra)\n\t\treturn extra;\n\treturn 0;'],
    ['the value of the branch is a constant', 'return has_extra ? extra : 0;'],
    ['the value may not be asked for', 'return has_extra && extra;'],
    ['another compiler flag decides', '#if 0\n\treturn extra;\n#endif\n\treturn 0;'],
    ['another thing has the name', 'return flags->extra;'],
    ['the function has returned', 'return 0;\n\treturn extra;'],
    ['a local struct takes it', 'struct s l, *e = &l;\n\te->x = extra;\n\treturn 0;'],
  ])('is silent where %s', async (_, body) => {
    await newtask('BPF_PROG(handle, struct task_struct *task, u64 flags, int extra)', `\t${body}`);
  });

  it.each([
    ['the kernel does not have it', 'raw_tp/no_such_event'],
    ['the section has no target', 'raw_tp'],
    ['the section is no raw tracepoint', 'xdp'],
  ])('is silent where %s', async (_, section) => {
    await newtask(
      'BPF_PROG(handle, struct task_struct *task, u64 flags, int extra)',
      '\treturn extra;',
      section,
    );
  });

  it('reports a pointer to a function, where the verifier knows that it is one', async () => {
    const body = '\treturn (long)func;';
    await newtask(
      marked('BPF_PROG(handle, initcall_t func)', 'initcall_t func', 'pointer to a function'),
      body,
      'tp_btf/initcall_start',
    );
    await newtask('BPF_PROG(handle, initcall_t func)', body, 'raw_tp/initcall_start');
  });

  it('reports pointers that older verifiers take for none', async () => {
    // void kfree(const void *object), char *strsep(char **s, const char *ct)
    const read = (section: string, parameter: string) =>
      `SEC("${section}")\nint BPF_PROG(handle, ${parameter})\n{\n\treturn (long)x;\n}\n`;
    const older = await fixtureContext('6.12-debian-amd64');
    const said = async (source: string, kernel: FixtureContext) =>
      (await findingsOf(source, kernel)).flatMap(({ code, message }) =>
        code === 'prog-args' ? [message] : [],
      );
    expect(await said(read('fentry/kfree', 'const void *x'), older)).toEqual([
      'Argument 1 of function kfree is a pointer to no struct and no number (const void *object), which the verifier lets no program read here. A kprobe program may.',
    ]);
    expect(await said(read('fentry/strsep', 'char **x'), older)).toHaveLength(1);
    expect(await said(read('fentry/kfree', 'const void *x'), context)).toEqual([]);
  });

  it('lets LSM programs read what the one before them returned', async () => {
    await newtask('BPF_PROG(handle, struct file *file, int ret)', '\treturn ret;', 'lsm/file_open');
  });
  it('lets programs at the return of a function read what it returns', async () => {
    await newtask(
      'BPF_PROG(handle, int dfd, struct filename *name, int ret)',
      '\treturn ret;',
      'fexit/do_unlinkat',
    );
  });
  it('lets neither read one of what returns nothing', async () => {
    const hooks = await fixtureContext('6.12-debian-amd64');
    await newtask(
      marked('BPF_PROG(handle, struct file *file, int ret)', 'int ret'),
      '\treturn ret;',
      'lsm/file_free_security',
      hooks,
    );
    await newtask(
      marked('BPF_PROG(handle, struct pid *pid, int ret)', 'int ret', 'has one argument (struct pid *pid)'),
      '\treturn ret;',
      'fexit/put_pid',
    );
  });
  it('knows what the hooks of one cgroup are given', async () => {
    const hooks = await fixtureContext('6.12-debian-amd64');
    const bind = 'struct socket *sock, struct sockaddr *address, int addrlen, int ret';
    await newtask(`BPF_PROG(handle, ${bind})`, '\treturn !ret;', 'lsm_cgroup/socket_bind', hooks);
    await newtask(
      marked(`BPF_PROG(handle, ${bind}, int more)`, 'int more', 'LSM hook socket_bind has 3 arguments'),
      '\treturn !more;',
      'lsm_cgroup/socket_bind',
      hooks,
    );
  });
  it('does not let those at its entry', async () => {
    await newtask(
      marked('BPF_PROG(handle, int dfd, struct filename *name, int ret)', 'int ret'),
      '\treturn ret;',
      'fentry/do_unlinkat',
    );
  });
});
