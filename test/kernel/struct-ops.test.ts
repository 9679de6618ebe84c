/** Programs for the kernel's tables of functions: what is completed loads, and `prog-args` says what the verifier says. */
import { expect, test } from 'vitest';
import { loadPrograms } from '#support/bpf/loader';
import { compareOperations } from '#support/bpf/operations';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'struct_ops', () => {
  test('programs for each member load with the arguments that it has', async () => {
    const load = (path: string) => loadPrograms(path, { attach: false });
    const { wrong, refused, taken } = await compareOperations(await liveKernel(), load);
    expect(wrong).toEqual([]);
    // All but get_info, for which the kernel takes none.
    expect(refused).toBeGreaterThanOrEqual(12);
    expect(taken).toBe(2 * refused);
  });
});
