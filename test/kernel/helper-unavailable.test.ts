/** Which kinds of programs may call which helpers, as the running kernel's verifier says. */
import { expect, test } from 'vitest';
import { checkSource } from '#server/check-source';
import { helperNames } from '#server/helpers/helpers';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { compareHelpers, helperProgram } from '#support/bpf/helper-programs';
import { loadPrograms } from '#support/bpf/loader';
import { localProber } from '#support/bpf/probe';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const refusal = /program of this type cannot use helper|unknown func|invalid func|helper call might sleep/;

describeUnless(requireKernel(), 'helper-unavailable', () => {
  test('every kind of program and helper is reported exactly if it is refused', async () => {
    const { pairs, refused, disagreements } = await compareHelpers(await liveKernel(), localProber);
    expect(disagreements).toEqual([]);
    expect(pairs).toBeGreaterThanOrEqual(14_000);
    expect(refused).toBeGreaterThanOrEqual(8_000);
  });

  test.each([
    ...['tp/sched/sched_switch', 'raw_tp/sched_switch', 'tp_btf/sched_switch'],
    ...['xdp', 'cgroup/connect4', 'iter/tcp'],
  ])('as libbpf loads them: %s', async (section) => {
    const head =
      '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n';
    const text = head + helperNames.map((name) => helperProgram(section, name, `f_${name}`)).join('');
    const { path } = await compileBpf(text, { flags: ['-Wno-int-conversion', '-w'] });
    const verdicts = await loadPrograms(path, { attach: false });
    expect(verdicts.length).toBe(helperNames.length);
    const refused = verdicts.flatMap(({ program, log }) => (refusal.test(log) ? [program.slice(2)] : []));

    const [analyzer, kernel] = await Promise.all([testAnalyzer(), liveKernel()]);
    const findings = await checkSource(text, { analyzer, kernel });
    const reported = findings.map(({ span }) => text.slice(span.start, span.end));
    expect(reported.sort()).toEqual(refused.sort());
    expect(refused.length).toBeGreaterThan(80);
  });
});
