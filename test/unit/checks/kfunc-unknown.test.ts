/** bpf_rcu_read_lock and bpf_task_acquire are kfuncs of 6.12 and 6.18, tagged in their BTF; 5.10 has neither. */
import { beforeAll, describe, expect, it } from 'vitest';
import { severalKernels } from '#support/bundled';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('kfunc-unknown', () => {
  let context: FixtureContext;
  let old: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
    old = await fixtureContext('6.1-debian-amd64');
  });
  const program = (declarations: string, body: string, section = 'tp_btf/sched_switch') =>
    `${declarations}\nSEC("${section}")\nint handle(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;
  const lock = 'extern void bpf_rcu_read_lock(void) __ksym;';

  it('reports a declaration of what the kernel does not have, and the fix renames it', async () => {
    const source = program(
      'extern void bpf_rcu_read_lok(void) __ksym;\n//          ^^^^^^^^^^^^^^^^ error[kfunc-unknown]: EINVAL',
      'bpf_rcu_read_lok();',
    );
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding, 'Change to bpf_rcu_read_lock')) ?? '';
    expect(fixed).toContain('\tbpf_rcu_read_lock();');
    expect(await findingsOf(fixed.replace(/ *\/\/.*\n/, ''), context)).toEqual([]);
    expect(
      await findingsOf(
        program('extern void bpf_rcu_read_lok(void) __ksym;', 'bpf_rcu_read_lok();', '?xdp'),
        context,
      ),
    ).toHaveLength(1);
  });

  it('reports the call of a weak one, unless the program asks', async () => {
    const weak = 'extern void bpf_rcu_read_lok(void) __ksym __weak;';
    expect(await findingsOf(program(weak, 'bpf_rcu_read_lok();'), context)).toMatchObject([
      { code: 'kfunc-unknown', severity: 'error' },
    ]);
    for (const guard of ['bpf_ksym_exists(bpf_rcu_read_lok)', 'bpf_rcu_read_lok', '&bpf_rcu_read_lok'])
      expect(await findingsOf(program(weak, `if (${guard})\n\t\tbpf_rcu_read_lok();`), context)).toEqual([]);
    expect(await findingsOf(program(weak, 'bpf_rcu_read_lok();', '?tp_btf/sched_switch'), context)).toEqual(
      [],
    );
  });

  it('reports functions of the kernel that are no kfuncs, where its BTF says so', async () => {
    const source = program('extern long vfs_read(void *f) __ksym;', 'vfs_read(ctx);');
    expect((await findingsOf(source, context)).map(({ message }) => message)).toEqual([
      expect.stringContaining('no kfunc') as string,
    ]);
    expect(await findingsOf(source, old)).toEqual([]);
  });

  it('judges older kernels by what they have at all', async () => {
    expect((await findingsOf(program(lock, 'bpf_rcu_read_lock();'), old)).map(({ code }) => code)).toEqual([
      'kfunc-unknown',
    ]);
  });

  it('only warns of what a module may bring', async () => {
    const debian = await fixtureContext('6.12-debian-amd64');
    const declared = 'extern void *bpf_skb_ct_lookup(void *skb, void *tuple, u32 size) __ksym';
    for (const declaration of [`${declared};`, `${declared} __weak;`]) {
      const source = program(declaration, 'bpf_skb_ct_lookup(ctx, ctx, 4);', 'tc');
      const [finding, ...others] = await findingsOf(source, debian);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ code: 'kfunc-unknown', severity: 'warning' });
      expect(finding?.message).toContain('If a module brings it, load the module before the object.');
    }
    const release = program('extern void bpf_ct_release(void *ct) __ksym;', 'bpf_ct_release(ctx);', 'tc');
    expect(await findingsOf(release, debian)).toMatchObject([{ severity: 'warning' }]);
  });

  it('says on which kernels it holds', async () => {
    const kernel = await severalKernels('6.18-microvm-amd64', ['6.1-debian-amd64', '6.12-debian-amd64']);
    const [finding] = await findingsOf(program(lock, 'bpf_rcu_read_lock();'), { ...context, kernel });
    expect(finding).toMatchObject({
      severity: 'warning',
      holdsOn: [expect.stringContaining('6.1') as string],
    });
  });

  it.each([
    [lock, 'bpf_rcu_read_lock();'],
    // libbpf leaves out the flavour.
    ['extern void bpf_rcu_read_lock___old(void) __ksym;', 'bpf_rcu_read_lock___old();'],
    // Not called, not certainly called, a variable, under #if, not declared here.
    ['extern void bpf_no_such(void) __ksym;', ''],
    ['extern void bpf_no_such(void) __ksym;', 'while (0)\n\t\tbpf_no_such();'],
    ['extern const int bpf_no_such __ksym;', ''],
    ['#ifdef X\nextern void bpf_no_such(void) __ksym;\n#endif', 'bpf_no_such();'],
    ['void scx_no_such(void);', 'scx_no_such();'],
  ])('is silent: %s %s', async (declaration, body) => {
    expect(await findingsOf(program(declaration, body), context)).toEqual([]);
  });
});
