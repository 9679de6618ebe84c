import { beforeAll, describe, expect, it } from 'vitest';
import { SECTIONS } from '#core/bpf/section-table';
import { applyFix, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const program = (section: string) => `SEC("${section}")\nint handle(void *ctx) { return 0; }\n`;

describe('unknown-section', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('reports a slip with what was meant', async () => {
    const source = program('tracepont/sched/sched_switch');
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ code: 'unknown-section', severity: 'error' });
    expect(finding && applyFix(source, finding)).toBe(program('tracepoint/sched/sched_switch'));
  });

  it('knows every section of libbpf', async () => {
    for (const def of SECTIONS) {
      if (/^(?:tp|tracepoint)$/.test(def.name)) continue;
      const section = def.target === 'exact' ? def.name : `${def.name}/target`;
      const codes = (await findingsOf(program(section), context)).map(({ code }) => code);
      expect(codes, section).not.toContain('unknown-section');
    }
  });

  it.each(['classifier/ingress', '2/0', 'xdp_prog', 'my_tail_call', 'generic_kprobe/x'])(
    'is silent on %s',
    async (section) => {
      expect(await findingsOf(program(section), context)).toEqual([]);
    },
  );

  it('says nothing about sections of variables', async () => {
    expect(await findingsOf('char LICENSE[] SEC("licence") = "GPL";\n', context)).toEqual([]);
  });

  it('says what no kernel of this age has', async () => {
    const old = await fixtureContext('5.10-debian-amd64');
    const [finding] = await findingsOf(program('syscall'), old);
    expect(finding).toMatchObject({ code: 'unknown-section', severity: 'error', dependsOnKernel: true });
    expect(finding?.message).toMatch(/^Kernel 5\.10\.\S+ has no programs of the type BPF_PROG_TYPE_SYSCALL/);
    for (const section of ['?syscall', 'sk_lookup', 'lsm/file_open'])
      expect((await findingsOf(program(section), old)).map(({ code }) => code)).not.toContain(
        'unknown-section',
      );
    const conditional = `#ifdef SYSCALLS\n${program('syscall')}#endif\n`;
    expect(await findingsOf(conditional, old)).toEqual([]);
    expect(await findingsOf(program('syscall'), context)).toEqual([]);
  });
});
