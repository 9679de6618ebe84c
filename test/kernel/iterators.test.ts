/** Which iterators the running kernel has, asked for all whose struct it has and for names beside them. */
import { expect, test } from 'vitest';
import { iteratorNames } from '#server/traced/attachable';
import { judge, outcome, type Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'iter/', () => {
  test('is refused where we say that the kernel has no such iterator, and only there', async () => {
    const kernel = await liveKernel();
    const names = kernel.index.types
      .structNames()
      .flatMap((name) => (name.startsWith('bpf_iter__') ? [name.slice('bpf_iter__'.length)] : []));
    expect(names.length).toBeGreaterThan(10);
    const candidates = [...names, ...names.flatMap((name) => [`${name}z`, `x_${name}`])].map(
      (name): Candidate => ({
        name: `walk_${name}`,
        text: `SEC("iter/${name}") int walk_${name}(void *ctx) { return 0; }\n`,
      }),
    );
    const judged = await judge(candidates, { kernel, attach: false });
    const said = judged.map(({ candidate, kernel: verdict, findings }) => ({
      name: candidate.name,
      refused: outcome(verdict) === 'load ESRCH',
      found: findings.some(({ code }) => code === 'unknown-function'),
    }));
    expect(said.filter(({ refused, found }) => refused !== found)).toEqual([]);
    const offered = iteratorNames(kernel.index.types);
    expect(said.filter(({ found }) => !found).map(({ name }) => name.slice('walk_'.length))).toEqual(offered);
  });
});
