/**
 * What becomes of CO-RE programs on a kernel, by us and by libbpf: each relocation, and whether each program loads. libbpf
 * relocates for the kernel that runs the tests, and for the bundled ones; the verifier is that of this one.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readBtf } from '#core/btf/reader';
import { readBpfObject } from '#core/elf/bpf-object';
import { checkSource } from '#server/check-source';
import { createKernelView } from '#server/session/kernel-view';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { bundledBtf, loadAsOn } from '#support/bpf/other-kernels';
import {
  compareVerdicts,
  ownRelocations,
  programsWith,
  relocationPrograms,
  relocationsByLibbpf,
  undecided,
} from '#support/bpf/relocations/relocations';
import { randomPrograms } from '#support/bpf/relocations/random';
import { kernelBtf, requireKernel } from '#support/bpf/requirements';
import { testAnalyzer } from '#support/analyzer';
import { bundledKernel, bundledKernelIds } from '#support/bundled';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const kernels = ['here', ...bundledKernelIds] as const;

const cases = [
  ...kernels.map((id) => ({ id, flags: [] })),
  // Instructions of 32 bits, as newer compilers make them.
  { id: 'here', flags: ['-mcpu=v3'] } as const,
];

describeUnless(requireKernel(), 'CO-RE programs', () => {
  test.each(cases)('$id $flags', async ({ id, flags }) => {
    const programs = await relocationPrograms(flags);
    const types = id === 'here' ? undefined : await bundledBtf(id);
    const kernel = readBtf(await readFile(types ?? kernelBtf)).value;
    const theirs = await relocationsByLibbpf(programs.path, types);
    expect(ownRelocations(programs.object, kernel)).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(200);

    const verdicts = await (id === 'here'
      ? loadPrograms(programs.path, { attach: false })
      : loadAsOn(id, programs.path));
    // Loads from what the verifier knows are judged by the layout of the kernel that it is.
    const isAsked = (name: string) => id === 'here' || !name.startsWith('load_');
    const { wrong, unsure, counts } = compareVerdicts(programs, kernel, verdicts, isAsked);
    expect(wrong).toEqual([]);
    expect(unsure.filter((name) => !undecided.includes(name))).toEqual([]);

    const view =
      id === 'here' ? await liveKernel() : createKernelView(await bundledKernel(id), { chosen: true });
    const found = await checkSource(programs.source, {
      ...{ analyzer: await testAnalyzer(), kernel: view, object: programs.object },
      uri: 'file:///program.bpf.c',
    });
    expect(found.map(({ code, severity }) => `${code} ${severity}`)).toEqual(
      found.map(() => 'core-relocation error'),
    );
    // Types that a capture does not have may be in a module.
    const silent = [
      ...undecided,
      ...(id === 'here' ? [] : ['never_struct', 'value_no_enum', 'matches_guard']),
    ];
    const refused = verdicts
      .filter(({ program, load }) => isAsked(program) && load !== 'ok' && !silent.includes(program))
      .map(({ program }) => program);
    expect(programsWith(programs.source, found).filter(isAsked)).toEqual(refused.sort());
    expect(counts.loaded).toBeGreaterThan(90);
    expect(counts.refused).toBeGreaterThan(35);
  });

  test.each([
    { seed: 1, flags: [] },
    { seed: 2, flags: ['-mcpu=v3'] },
  ])('with guards in random forms: $seed $flags', async ({ seed, flags }) => {
    const { path } = await compileBpf(randomPrograms(150, seed), { flags: ['-w', ...flags] });
    const { value: object } = readBpfObject(await readFile(path));
    const kernel = readBtf(await readFile(kernelBtf)).value;
    const verdicts = await loadPrograms(path, { attach: false });
    const { wrong, unsure, counts } = compareVerdicts({ object }, kernel, verdicts);
    expect(wrong).toEqual([]);
    expect(unsure.length).toBeLessThan(30);
    expect(counts.loaded).toBeGreaterThan(50);
    expect(counts.refused).toBeGreaterThan(50);
  });
});
