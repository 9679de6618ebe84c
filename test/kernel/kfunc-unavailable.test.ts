/** Which kinds of programs may call which kfuncs, as the running kernel's verifier says. */
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { callersExpected, callersSource, compareCallers } from '#support/bpf/kfunc-callers';
import { compareKfuncs } from '#support/bpf/kfunc-programs';
import { loadPrograms } from '#support/bpf/loader';
import { localProber } from '#support/bpf/probe';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'kfunc-unavailable', () => {
  test('every kind of program and kfunc is reported exactly if it is refused', async () => {
    const { pairs, refused, disagreements } = await compareKfuncs(await liveKernel(), localProber);
    expect(disagreements).toEqual([]);
    expect(pairs).toBeGreaterThanOrEqual(14_000);
    expect(refused).toBeGreaterThanOrEqual(6_000);
  });

  test('as people call them', async () => {
    const { path } = await compileBpf(callersSource, { flags: ['-w'] });
    const verdicts = await loadPrograms(path, { attach: false });
    expect(await compareCallers(await liveKernel(), path, verdicts)).toEqual(callersExpected);
  });
});
