/** Variables of the kernel and of its configuration that a program declares: which of them libbpf finds. */
import { expect, test } from 'vitest';
import { compareExterns } from '#support/bpf/externs';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

describeUnless(requireKernel(), 'extern-unresolved', () => {
  test('each in an object of its own, and after the fixes', async () => {
    const load = (path: string) => loadPrograms(path, { attach: false });
    const { wrong, refused, taken } = await compareExterns(await liveKernel(), load, 'all');
    expect(wrong).toEqual([]);
    expect(refused.length).toBeGreaterThanOrEqual(21);
    expect(taken).toBeGreaterThanOrEqual(14);
  });
});
