/** Debian's 6.12 has runqueues and bpf_prog_active; cpu_number is on 6.1 and 6.18; 5.10 describes no variables. */
import { beforeAll, describe, expect, it } from 'vitest';
import { severalKernels } from '#support/bundled';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('extern-unresolved', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext('6.12-debian-amd64');
  });
  const program = (declaration: string, body: string) =>
    `${declaration}\nSEC("tp_btf/sched_switch")\nint handle(void *ctx)\n{\n\tlong to;\n\t${body}\n\treturn 0;\n}\n`;
  const taken = (name: string) => `bpf_probe_read_kernel(&to, 1, &${name});`;

  it('reports a variable that the kernel does not have, and the fix renames it', async () => {
    const source = program(
      'extern const int bpf_prog_activ __ksym;\n//               ^^^^^^^^^^^^^^ error[extern-unresolved]: no variable bpf_prog_activ',
      'bpf_printk("%p", bpf_this_cpu_ptr(&bpf_prog_activ));',
    );
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding, 'Change to bpf_prog_active')) ?? '';
    expect(fixed).toContain('&bpf_prog_active)');
    expect(await findingsOf(fixed.replace(/ *\/\/.*\n/, ''), context)).toEqual([]);
  });

  it('says what to write for one that BTF does not describe', async () => {
    const source = program('extern const unsigned long jiffies __ksym;', taken('jiffies'));
    expect(await findingsOf(source, context)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('extern const void jiffies __ksym') as string },
    ]);
    expect(await findingsOf(source.replace('unsigned long', 'void'), context)).toEqual([]);
    expect(await findingsOf(source.replace(' __ksym', ' __ksym __weak'), context)).toEqual([]);
  });

  it('reports one of another kind, and the fix declares it as the kernel does', async () => {
    const source = program('extern int runqueues __ksym __weak;', taken('runqueues'));
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ severity: 'error', code: 'extern-unresolved' });
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toContain('extern const struct rq runqueues __ksym __weak;\n');
    expect(await findingsOf(fixed, context)).toEqual([]);
    for (const type of ['const struct rq', 'struct other', 'rq_t', 'volatile struct rq'])
      expect(
        await findingsOf(program(`extern ${type} runqueues __ksym;`, taken('runqueues')), context),
      ).toEqual([]);
  });

  it('judges each kernel by its own variables', async () => {
    const kernel = await severalKernels('6.12-debian-amd64', ['5.10-debian-amd64', '6.1-debian-amd64']);
    const of = async (name: string) =>
      (
        await findingsOf(program(`extern const int ${name} __ksym;`, taken(name)), { ...context, kernel })
      ).map(({ holdsOn }) => holdsOn);
    expect(await of('bpf_prog_active')).toEqual([['5.10-debian-amd64']]);
    expect(await of('cpu_number')).toEqual([['6.12-debian-amd64', '5.10-debian-amd64']]);
  });

  it.each([
    ['extern int HZ __kconfig __weak;', 'CONFIG_HZ'],
    ['extern int LINUX_KERNEL_VERSON __kconfig;', 'LINUX_KERNEL_VERSION'],
    ['extern int LINUX_HAS_NO_SUCH __kconfig;', undefined],
    ['extern short LINUX_KERNEL_VERSION __kconfig;', 'extern int LINUX_KERNEL_VERSION __kconfig;'],
    ['extern bool LINUX_KERNEL_VERSION __kconfig;', 'extern int LINUX_KERNEL_VERSION __kconfig;'],
    ['extern char LINUX_HAS_BPF_COOKIE[4] __kconfig;', 'extern _Bool LINUX_HAS_BPF_COOKIE __kconfig;'],
    ['extern char *CONFIG_X __kconfig __weak;', undefined],
    ['extern struct rq CONFIG_X __kconfig __weak;', undefined],
  ])('%s is refused', async (declaration, fix) => {
    const name = /(\w+)(?:\[\d\])? __kconfig/.exec(declaration)?.[1] ?? '';
    const found = await findingsOf(program(declaration, taken(name)), context);
    expect(found).toMatchObject([{ code: 'extern-unresolved', severity: 'error', dependsOnKernel: false }]);
    const [first] = found[0]?.fixes ?? [];
    expect(first?.edits[0]?.newText).toBe(fix);
  });

  it.each([
    'extern unsigned int LINUX_KERNEL_VERSION __kconfig;',
    'extern const _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig;',
    'extern int LINUX_LATER __kconfig __weak;',
    'extern enum libbpf_tristate CONFIG_X __kconfig;',
    'extern char CONFIG_X[16] __kconfig;',
    'extern mine LINUX_KERNEL_VERSION __kconfig;',
  ])('%s is not', async (declaration) => {
    const name = /(\w+)(?:\[\d+\])? __kconfig/.exec(declaration)?.[1] ?? '';
    expect(await findingsOf(program(declaration, taken(name)), context)).toEqual([]);
  });

  it('says nothing of what clang may leave out, or the preprocessor decides', async () => {
    const declaration = 'extern const int bpf_no_such __ksym;';
    for (const body of [
      '',
      'to = (long)&bpf_no_such;',
      `if (0) ${taken('bpf_no_such')}`,
      'bpf_core_type_exists(bpf_no_such);',
    ])
      expect(await findingsOf(program(declaration, body), context)).toEqual([]);
    const conditional = `#ifdef X\n${declaration}\n#endif`;
    expect(await findingsOf(program(conditional, taken('bpf_no_such')), context)).toEqual([]);
    const listed = 'extern const int bpf_no_such __ksym, bpf_nor_that __ksym;';
    expect(await findingsOf(program(listed, taken('bpf_no_such')), context)).toEqual([]);
  });
});
