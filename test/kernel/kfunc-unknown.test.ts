/** Functions of the kernel that programs call: which libbpf finds, and which the verifier lets them call. */
import { expect, test } from 'vitest';
import { kfuncNames } from '#server/kfuncs/kfuncs';
import { judge, outcome } from '#support/bpf/judge';
import type { Candidate, Judged } from '#support/bpf/judge';
import { called, callsOfAll, kfuncCall, ordinaryFunctions } from '#support/bpf/kfunc-programs';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';
import type { KernelView } from '#server/view';

/** libbpf looks for each function of an object with each of its programs. */
const batch = 25;

const notFound = /extern \(func ksym\) .* not found/;
const notAllowed = /calling kernel function \S+ is not allowed/;

describeUnless(requireKernel(), 'kfunc-unknown', () => {
  test('every kfunc of the kernel’s BTF, and functions that are none', async () => {
    const kernel = await liveKernel();
    const { types } = kernel.index;
    const kfuncs = kfuncNames(types);
    expect(kfuncs.length).toBeGreaterThan(150);
    const told = [];
    for (let n = 0; n < kfuncs.length; n += 20) {
      const [some] = await judge([callsOfAll(types, kfuncs.slice(n, n + 20))], { attach: false, kernel });
      if (some === undefined) throw new Error('not judged');
      // Of which some are not for such programs.
      expect(some.findings.filter(({ code }) => code !== 'kfunc-unavailable')).toEqual([]);
      expect(some.kernel.log).not.toMatch(notFound);
      // Of many structs, clang describes some by name only, which libbpf takes for others.
      told.push(/func_proto \S+ incompatible/.test(some.kernel.log) ? 'other types' : 'found');
    }
    expect(told.filter((one) => one === 'found').length).toBeGreaterThan(told.length / 2);

    const ordinary = ordinaryFunctions(types, kfuncs, 100);
    expect(ordinary.length).toBeGreaterThan(30);
    const others = await inBatches(
      ordinary.map((name) => kfuncCall(types, name)),
      kernel,
    );
    const verdicts = others.map((one) => [
      outcome(one.kernel) !== 'ok',
      one.findings.map(({ code }) => code).join(),
    ]);
    expect(verdicts).toEqual(others.map(() => [true, 'kfunc-unknown']));
    expect(others.filter(({ kernel: { log } }) => notAllowed.test(log)).length).toBeGreaterThan(
      others.length / 2,
    );
  }, 240_000);

  test('functions that the kernel does not have', async () => {
    const kernel = await liveKernel();
    const absent = called('bpf_no_such_1', 'extern void bpf_no_such_1(void) __ksym;', 'bpf_no_such_1();');
    const weak = 'extern void bpf_no_such_2(void) __ksym __weak;';
    const guarded = called('bpf_no_such_2', weak, 'if (bpf_no_such_2)\n\t\tbpf_no_such_2();');
    const unguarded = called('bpf_no_such_3', weak.replace('2', '3'), 'bpf_no_such_3();');
    const right = called(
      'bpf_rcu_read_lock',
      'extern void bpf_rcu_read_lock(void) __ksym;\nextern void bpf_rcu_read_unlock(void) __ksym;',
      'bpf_rcu_read_lock();\n\tbpf_rcu_read_unlock();',
    );
    const verdicts = [];
    // One that libbpf does not find fails them all.
    for (const one of [absent, guarded, unguarded, right]) {
      const [judged] = await judge([one], { attach: false, kernel });
      verdicts.push([
        judged && outcome(judged.kernel),
        judged?.findings.map(({ code, message }) => `${code} ${/\(E\w+\)/.exec(message)?.[0] ?? ''}`).join(),
      ]);
    }
    expect(verdicts).toEqual([
      ['load EINVAL', 'kfunc-unknown (EINVAL)'],
      ['ok', ''],
      ['load EINVAL', 'kfunc-unknown '],
      ['ok', ''],
    ]);
  });
});

async function inBatches(candidates: readonly Candidate[], kernel: KernelView): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (let n = 0; n < candidates.length; n += batch)
    judged.push(...(await judge(candidates.slice(n, n + batch), { attach: false, kernel })));
  return judged;
}
