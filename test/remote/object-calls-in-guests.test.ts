/** Calls and maps of compiled programs on other kernels: what is said of them, and what libbpf and the verifier do there. */
import { expect, onTestFinished, test } from 'vitest';
import { compareExterns, compareSettingValues } from '#support/bpf/externs';
import {
  compareHelperCalls,
  compareKernelCalls,
  compareMapTypes,
  compareProgramTypes,
} from '#support/bpf/object-calls';
import { compareOperations } from '#support/bpf/operations';
import {
  compareCallbacks,
  compareStackChains,
  undecidedCallbacks,
  undecidedChains,
} from '#support/bpf/stack-chains';
import { findingsOfMaps, isRefusal, shown } from '#support/bpf/map-findings';
import { mapPairs, pairTypes } from '#support/bpf/map-pairs';
import { askMaps, guestMapProber } from '#support/bpf/map-probe';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { loadInGuest } from '#support/guests/loader';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

/** Where the text has those that only the object shows. */
const reported = 'syscall,by_macro';

/** `cpu_number` became a member of `pcpu_hot`, which 5.10 and 6.1 do not have; the BTF of 5.10 has no variables at all. */
const externs = ['of others', 'an int for a struct'];

/** Whether the kernel says of its functions which are kfuncs: 6.1 does not, so that nothing is said of the others. */
const kernels = [
  [
    '5.10-amd64',
    {
      unsaid: [],
      programs: ['written', 'by_macro'],
      refusedMaps: 4,
      refusedChains: 170,
      refusedExterns: ['together', 'of some kernels', ...externs],
    },
  ],
  [
    '6.1-amd64',
    {
      unsaid: ['ordinary', 'ordinary_where_never', 'ordinary_by_number', 'strong_ordinary'],
      programs: [],
      refusedMaps: 1,
      refusedChains: 170,
      refusedExterns: externs,
    },
  ],
  [
    '6.12-amd64',
    {
      unsaid: [],
      programs: [],
      refusedMaps: 0,
      refusedChains: 86,
      refusedExterns: ['of some kernels', 'an int for a struct'],
    },
  ],
] as const;

describeUnless(
  await requireGuests(...kernels.map(([id]) => id)),
  'what compiled programs ask of a kernel',
  () => {
    test.each(kernels)('%s', async (id, { unsaid, programs, refusedMaps, refusedChains, refusedExterns }) => {
      const guest = await bootGuest(id);
      onTestFinished(() => guest.kill());
      const { view } = await readGuestKernel(guest);
      const load = (path: string) => loadInGuest(guest, path, { attach: false });

      const helpers = await compareHelperCalls(view, load);
      expect(helpers).toMatchObject({ silent: [], wrong: [], twice: [] });
      expect(helpers.refused).toBeGreaterThanOrEqual(15);
      expect(helpers.taken).toBeGreaterThanOrEqual(30);

      const functions = await compareKernelCalls(view, load);
      expect(functions.flatMap(({ wrong, twice }) => [...wrong, ...twice])).toEqual([]);
      expect(functions.flatMap(({ silent }) => silent)).toEqual(unsaid);

      const types = await compareProgramTypes(view, load);
      expect(types).toEqual([
        `refused: ${programs.join()}`,
        `reported: ${programs.length > 0 ? reported : ''}`,
      ]);

      const maps = await compareMapTypes(view, load);
      expect(maps.filter((line) => !/made silent|refused reported/.test(line))).toEqual([]);
      expect(maps.filter((line) => line.includes('refused'))).toHaveLength(refusedMaps);

      // Each that holds what it declares, and some of the others.
      const held = mapPairs.filter((_, n) => n % 17 === 0 || n % 12 === 1);
      const verdicts = await askMaps(held, await guestMapProber(guest), pairTypes);
      const findings = await findingsOfMaps(held, view, pairTypes);
      const made = held.filter((_, n) => verdicts[n]?.errno === 0);
      const disagree = held.filter((map, n) => isRefusal(findings[n]) === made.includes(map));
      expect(disagree.map((map) => shown(map, verdicts[held.indexOf(map)]))).toEqual([]);
      expect([held.length - made.length > 18, made.length]).toEqual([true, 16]);

      const chains = await compareStackChains(view, load);
      expect(chains).toMatchObject({ wrong: [], silent: undecidedChains, misplaced: [] });
      expect(chains.refused).toBe(refusedChains);

      // 5.10 has none of the helpers.
      if (id !== '5.10-amd64') {
        const callbacks = await compareCallbacks(view, load);
        expect(callbacks.wrong).toEqual([]);
        expect(callbacks.silent.filter((name) => !undecidedCallbacks.test(name))).toEqual([]);
        expect(callbacks.refused - callbacks.silent.length).toBeGreaterThanOrEqual(16);
        expect(callbacks.taken).toBeGreaterThan(35);
      }

      const variables = await compareExterns(view, load, 'drifting');
      expect(variables.wrong).toEqual([]);
      expect(variables.refused).toEqual(refusedExterns);
      const values = await compareSettingValues(view, load);
      expect(values).toEqual({ wrong: [], asked: id === '6.12-amd64' ? 6 : 4 });

      const operations = await compareOperations(view, load);
      expect(operations.wrong).toEqual([]);
      expect(operations.taken).toBeGreaterThanOrEqual(24);
      expect(operations.taken).toBe(2 * operations.refused);
    });
  },
);
