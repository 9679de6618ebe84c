/** Definitions of maps: `map-definition` says what libbpf and the kernel say, and what its fixes make is taken. */
import { expect, test } from 'vitest';
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import { fullName, MAP_TYPES } from '#core/bpf/map-types';
import { compileBpf } from '#support/bpf/compile';
import {
  askedMaps,
  askedTypes,
  dependsOnMachine,
  innerMaps,
  sharedTypes,
} from '#support/bpf/map-definitions';
import { findingsOfMaps, fixedMaps, isRefusal, shown } from '#support/bpf/map-findings';
import { askMaps, localMapProber, type MapText, type MapVerdict } from '#support/bpf/map-probe';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const ask = (maps: readonly MapText[]): Promise<readonly MapVerdict[]> =>
  askMaps(maps, localMapProber, sharedTypes);

describeUnless(requireKernel(), 'map-definition', () => {
  test('numbers are those of the kernel', async () => {
    const constants = [
      ...MAP_TYPES.map((type, n) => `${fullName(type)} == ${n + 1}`),
      ...MAP_FLAGS.map(({ name, bit }) => `BPF_F_${name} == 1U << ${bit}`),
    ];
    const asserts = constants.map((one) => `_Static_assert(${one}, "");\n`).join('');
    await compileBpf(`#include "vmlinux.h"\n${asserts}`);
  });

  test('every type and attribute is reported exactly if it is refused, and the fixes are taken', async () => {
    const kernel = await liveKernel();
    const maps = askedMaps().filter((map) => !dependsOnMachine(map));
    const verdicts = await ask(maps);
    const findings = await findingsOfMaps(maps, kernel, sharedTypes);
    const refused = maps.filter((_, n) => verdicts[n]?.errno !== 0);
    expect(
      maps.flatMap((map, n) =>
        isRefusal(findings[n]) === refused.includes(map) ? [] : [shown(map, verdicts[n])],
      ),
    ).toEqual([]);
    expect(new Set(maps.map(({ type }) => type)).size).toBe(askedTypes.length);
    expect(maps.length).toBeGreaterThan(2000);
    expect(refused.length).toBeGreaterThan(1000);

    // Most become the same. Those of CPUs have more than the machine.
    const some = refused.filter((_, n) => n % 3 === 0);
    const repaired = await fixedMaps(some, kernel, sharedTypes);
    const fixed = [...new Map(repaired.map((map) => [map.text.replace(map.name, ''), map])).values()].filter(
      ({ type }) => type.name !== 'CPUMAP',
    );
    const again = await ask(fixed);
    expect(fixed.flatMap((map, n) => (again[n]?.errno === 0 ? [] : [shown(map, again[n])]))).toEqual([]);
    expect(repaired.length).toBeGreaterThan(230);
  });

  test('maps of maps: every type inside', async () => {
    const kernel = await liveKernel();
    const maps = innerMaps();
    const verdicts = await ask(maps);
    const findings = await findingsOfMaps(maps, kernel, sharedTypes);
    expect(
      maps.flatMap((map, n) =>
        isRefusal(findings[n]) === (verdicts[n]?.errno !== 0) ? [] : [shown(map, verdicts[n])],
      ),
    ).toEqual([]);
    expect(verdicts.filter(({ errno }) => errno === 0).length).toBeGreaterThan(15);
  });

  const sized = '__uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1);';
  const bodies: readonly (readonly [body: string, isRefused: boolean])[] = [
    [`${sized} __type(key, __u32); __type(value, __u64);`, false],
    [`${sized} __type(key, __u32); __uint(key_size, 4); __type(value, __u64);`, false],
    [`${sized} __type(key, __u32); __uint(key_size, 8); __type(value, __u64);`, true],
    [`${sized} __type(key, __u32); __type(value, struct b5); __uint(value_size, sizeof(__u64));`, true],
    [`${sized} __type(key, __u32); __type(value, __u64); __uint(max_entry, 1);`, true],
    [`${sized} __type(key, __u32); __type(value, __u64); __uint(flags, 0);`, true],
    [`${sized} __type(key, __u32); __type(value, __u64); __array(values, struct inner);`, true],
    ['__uint(max_entries, 1); __type(key, __u32); __type(value, __u64);', true],
    [`${sized} __type(key, char[16]); __type(value, __u64); __uint(numa_node, 0);`, false],
    [
      '__uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2); __type(key, __u32); __array(values, int (void *));',
      false,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 2); __uint(key_size, sizeof(__u32)); __uint(value_size, sizeof(__u64));',
      true,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, __u32); __array(values, struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u64); __type(value, int); });',
      true,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, __u32); __type(value, __u32);',
      true,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_TASK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, struct four); __type(value, int);',
      true,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 2); __uint(map_flags, BPF_F_STACK_BUILD_ID); __type(key, __u32); __uint(value_size, 40);',
      true,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(max_entries, 2); __uint(map_flags, BPF_F_STACK_BUILD_ID); __type(key, __u32); __uint(value_size, 64);',
      false,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_ARENA); __uint(max_entries, 1 << 20); __uint(map_flags, BPF_F_MMAPABLE);',
      false,
    ],
    [
      '__uint(type, BPF_MAP_TYPE_ARENA); __uint(max_entries, (1 << 20) + 1); __uint(map_flags, BPF_F_MMAPABLE);',
      true,
    ],
  ];

  test('what else libbpf says of a definition', async () => {
    const shared = `${sharedTypes}struct four { int x; };\n`;
    const maps = bodies.map(([body], n) => ({
      name: `m${n}`,
      text: `struct { ${body} } m${n} SEC(".maps");\n`,
    }));
    const verdicts = await askMaps(maps, localMapProber, shared);
    expect(verdicts.map(({ errno }) => errno !== 0)).toEqual(bodies.map(([, isRefused]) => isRefused));
    const findings = await findingsOfMaps(maps, await liveKernel(), shared);
    expect(findings.map(isRefusal)).toEqual(bodies.map(([, isRefused]) => isRefused));
  });
});
