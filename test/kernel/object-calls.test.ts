/** Calls that only the compiled program shows as they are: what is said of them, and what this kernel does. */
import { expect, test } from 'vitest';
import { loadPrograms } from '#support/bpf/loader';
import {
  compareHelperCalls,
  compareKernelCalls,
  compareMapTypes,
  compareProgramTypes,
} from '#support/bpf/object-calls';
import {
  compareCallbacks,
  compareStackChains,
  undecidedCallbacks,
  undecidedChains,
} from '#support/bpf/stack-chains';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const load = (path: string) => loadPrograms(path, { attach: false });

describeUnless(requireKernel(), 'what compiled programs ask of the kernel', () => {
  test('helpers', async () => {
    const { silent, wrong, twice, refused, taken } = await compareHelperCalls(await liveKernel(), load);
    expect({ silent, wrong, twice }).toEqual({ silent: [], wrong: [], twice: [] });
    expect(refused).toBeGreaterThanOrEqual(15);
    expect(taken).toBeGreaterThan(30);
  });

  test('functions of the kernel', async () => {
    const compared = await compareKernelCalls(await liveKernel(), load);
    expect(compared.flatMap(({ silent, wrong, twice }) => [...silent, ...wrong, ...twice])).toEqual([]);
    expect(compared.reduce((sum, { refused }) => sum + refused, 0)).toBeGreaterThanOrEqual(11);
    expect(compared.reduce((sum, { taken }) => sum + taken, 0)).toBeGreaterThanOrEqual(12);
  });

  test('the stack that functions take together', async () => {
    const { refused, taken, ...told } = await compareStackChains(await liveKernel(), load);
    expect(told).toEqual({ wrong: [], silent: undecidedChains, misplaced: [] });
    expect(refused).toBeGreaterThan(50);
    expect(taken).toBeGreaterThan(150);
  });

  test('the stack of functions that helpers call back', async () => {
    const { wrong, silent, refused, taken } = await compareCallbacks(await liveKernel(), load);
    expect(wrong).toEqual([]);
    expect(silent.filter((name) => !undecidedCallbacks.test(name))).toEqual([]);
    expect(refused - silent.length).toBeGreaterThanOrEqual(16);
    expect(taken).toBeGreaterThan(50);
  });

  test('types of programs', async () => {
    expect(await compareProgramTypes(await liveKernel(), load)).toEqual(['refused: ', 'reported: ']);
  });

  test('types of maps', async () => {
    const told = await compareMapTypes(await liveKernel(), load);
    expect(told.filter((line) => !/made silent|refused reported/.test(line))).toEqual([]);
  });
});
