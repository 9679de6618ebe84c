/** Which definitions of maps older kernels refuse. */
import { expect, onTestFinished, test } from 'vitest';
import { askedMaps, dependsOnMachine, isBase, sharedTypes, type Asked } from '#support/bpf/map-definitions';
import { findingsOfMaps, isRefusal, shown } from '#support/bpf/map-findings';
import { askMaps, guestMapProber } from '#support/bpf/map-probe';
import { bootGuest } from '#support/guests/guest';
import { readGuestKernel } from '#support/guests/kernel';
import { requireGuests } from '#support/guests/requirements';
import { describeUnless } from '#support/requirement';

/** With how many types of maps each has. */
const kernels = [
  ['5.10-amd64', 27],
  ['6.1-amd64', 30],
] as const;

/** What only the old kernel refuses, and nothing is said of: long keys of hash tables, large values of cgroups. */
const onlyOld = ({ type, attributes: { key = 0, value = 0 } }: Asked): boolean =>
  (type.name.includes('HASH') && key > 512) || (type.name.includes('CGROUP_STORAGE') && value > 4096);

describeUnless(await requireGuests(...kernels.map(([id]) => id)), 'map-definition', () => {
  // All of them pass on 6.1 and 6.12, too, in minutes: an emulated kernel takes its time.
  test.each(kernels)('%s: every type, and a fifth of the attributes', async (id, types) => {
    const guest = await bootGuest(id);
    onTestFinished(() => guest.kill());
    const { view } = await readGuestKernel(guest);
    const maps = askedMaps().filter(
      (map, n) => !dependsOnMachine(map) && !onlyOld(map) && (isBase(map) || n % 5 === 0),
    );
    const verdicts = await askMaps(maps, await guestMapProber(guest), sharedTypes);
    const findings = await findingsOfMaps(maps, view, sharedTypes);
    const wrong = maps.filter((_, n) => isRefusal(findings[n]) !== (verdicts[n]?.errno !== 0));
    expect(wrong.map((map) => shown(map, verdicts[maps.indexOf(map)]))).toEqual([]);
    const made = new Set(maps.flatMap(({ type }, n) => (verdicts[n]?.errno === 0 ? [type.name] : [])));
    expect(made.size).toBe(types);
  });
});
