/** Definitions of maps of every type, good ones and ones with one or two attributes changed. */
import { fullName, MAP_TYPES, type MapType } from '#core/bpf/map-types';
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import type { MapText } from './map-probe';

/** `undefined`: the attribute is not written. */
interface Attributes {
  readonly key: number | undefined;
  readonly value: number | undefined;
  readonly entries: number | undefined;
  readonly flags: readonly string[];
  readonly values?: string;
}

export const keySizes = [undefined, 1, 2, 3, 4, 5, 8, 12, 16, 20, 64, 260, 261, 512];
export const valueSizes = [undefined, 1, 4, 7, 8, 12, 16, 32, 40, 64, 1024, 32768];
export const entryCounts = [undefined, 0, 1, 2, 3, 4096, 5000, 8192, 12288];

/** Written by hand from the kernel's sources, not taken from the table that is tested. */
const good: Readonly<Record<string, Partial<Attributes>>> = {
  STACK_TRACE: { value: 64 },
  LPM_TRIE: { key: 8, flags: ['NO_PREALLOC'] },
  CGROUP_STORAGE: { key: 16, entries: undefined },
  PERCPU_CGROUP_STORAGE: { key: 16, entries: undefined },
  ARRAY_OF_MAPS: { values: 'struct inner' },
  HASH_OF_MAPS: { values: 'struct inner' },
  QUEUE: { key: undefined },
  STACK: { key: undefined },
  BLOOM_FILTER: { key: undefined },
  RINGBUF: { key: undefined, value: undefined, entries: 4096 },
  USER_RINGBUF: { key: undefined, value: undefined, entries: 4096 },
  ARENA: { key: undefined, value: undefined, flags: ['MMAPABLE'] },
  ...Object.fromEntries(
    ['SK', 'INODE', 'TASK', 'CGRP'].map((of) => [
      `${of}_STORAGE`,
      { entries: undefined, flags: ['NO_PREALLOC'] },
    ]),
  ),
};

export function baseOf({ name }: MapType): Attributes {
  return { key: 4, value: 4, entries: 1, flags: [], ...good[name] };
}

/** Of every type but `STRUCT_OPS`, which no map of `.maps` can be. */
export const askedTypes = MAP_TYPES.filter(({ name }) => name !== 'STRUCT_OPS');

export const sharedTypes = `
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, int); };
${[...new Set([...keySizes, ...valueSizes])].map((size) => (size === undefined || size === 4 ? '' : `struct b${size} { char bytes[${size}]; };\n`)).join('')}
`;

export interface Asked extends MapText {
  readonly type: MapType;
  readonly attributes: Attributes;
}

/** One attribute changed, or key and value together; sizes as numbers where `byNumber` says so. */
export function askedMaps(): readonly Asked[] {
  return askedTypes.flatMap((type) => {
    const base = baseOf(type);
    const changed: readonly Attributes[] = [
      base,
      ...keySizes.map((key) => ({ ...base, key })),
      ...valueSizes.map((value) => ({ ...base, value })),
      ...[4, 8, 16].flatMap((key) => [4, 8, 16].map((value) => ({ ...base, key, value }))),
      ...entryCounts.map((entries) => ({ ...base, entries })),
      { ...base, flags: [] },
      ...MAP_FLAGS.map(({ name }) => ({
        ...base,
        flags: [...base.flags.filter((one) => one !== name), name],
      })),
      ...MAP_FLAGS.map(({ name }) => ({ ...base, flags: [name] })),
      { ...base, flags: [...base.flags, 'RDONLY', 'WRONLY'] },
      { ...base, flags: [...base.flags, 'RDONLY_PROG', 'WRONLY_PROG'] },
    ];
    return [false, true].flatMap((byNumber) =>
      changed.map((attributes, n): Asked => {
        const name = `m_${type.name.toLowerCase()}_${byNumber ? 'n' : 't'}${n}`;
        return { type, attributes, name, text: mapText(name, type, attributes, byNumber) };
      }),
    );
  });
}

/** Numbers, since the C library's header may not know the newest. */
export const numbers = `${MAP_TYPES.map((type, n) => `#define ${fullName(type)} ${n + 1}\n`).join('')}`;

export function mapText(name: string, type: MapType, attributes: Attributes, byNumber: boolean): string {
  const { key, value, entries, flags, values } = attributes;
  const sized = (of: string, size: number | undefined) =>
    size === undefined
      ? []
      : byNumber
        ? [`__uint(${of}_size, ${size});`]
        : [`__type(${of}, ${size === 4 ? '__u32' : `struct b${size}`});`];
  const fields = [
    `__uint(type, ${fullName(type)});`,
    ...sized('key', key),
    ...sized('value', value),
    ...(entries === undefined ? [] : [`__uint(max_entries, ${entries});`]),
    ...(flags.length === 0
      ? []
      : [`__uint(map_flags, ${flags.map((flag) => `BPF_F_${flag}`).join(' | ')});`]),
    ...(values === undefined ? [] : [`__array(values, ${values});`]),
  ];
  return `struct {\n${fields.map((field) => `\t${field}\n`).join('')}} ${name} SEC(".maps");\n`;
}
