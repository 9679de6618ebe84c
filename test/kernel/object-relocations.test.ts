/**
 * What becomes of CO-RE programs on a kernel, by us and by libbpf: each relocation, and whether each program loads. libbpf
 * relocates for the kernel that runs the tests, and for the bundled ones; the verifier is that of this one.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readBtf } from '#core/btf/reader';
import { loadPrograms } from '#support/bpf/loader';
import { bundledBtf, loadAsOn } from '#support/bpf/other-kernels';
import {
  compareVerdicts,
  ownRelocations,
  relocationPrograms,
  relocationsByLibbpf,
  undecided,
} from '#support/bpf/relocations/relocations';
import { kernelBtf, requireKernel } from '#support/bpf/requirements';
import { bundledKernelIds } from '#support/bundled';
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
    expect(counts.loaded).toBeGreaterThan(90);
    expect(counts.refused).toBeGreaterThan(35);
  });
});
