/** Variables of the kernel and of its configuration that a program declares: which of them libbpf finds. */
import { expect, test } from 'vitest';
import { compareExterns, compareSettingValues, variablePrograms } from '#support/bpf/externs';
import { judge } from '#support/bpf/judge';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const load = (path: string) => loadPrograms(path, { attach: false });

describeUnless(requireKernel(), 'extern-unresolved', () => {
  test('each in an object of its own, and after the fixes', async () => {
    const { wrong, refused, taken } = await compareExterns(await liveKernel(), load, 'all');
    expect(wrong).toEqual([]);
    expect(refused.length).toBeGreaterThanOrEqual(21);
    expect(taken).toBeGreaterThanOrEqual(14);
  });

  test('every variable of the kernel’s BTF, as its completion declares it', async () => {
    const kernel = await liveKernel();
    const programs = variablePrograms(kernel.index);
    expect(programs.length).toBeGreaterThan(150);
    const judged = await judge(programs, { attach: false, kernel });
    expect(judged.flatMap(({ findings }) => findings)).toEqual([]);
    // The verifier refuses them on a kernel that does not keep the names of its variables.
    const notFound = judged.filter(({ kernel: { log } }) => log.includes('extern ('));
    expect(notFound.map(({ candidate }) => candidate.name)).toEqual([]);
  });

  test('what settings are said to be', async () => {
    const { wrong, asked } = await compareSettingValues(await liveKernel(), load);
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThanOrEqual(4);
  });
});
