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

const keySizes = [undefined, 1, 4, 5, 8, 16, 260, 261, 512, 513];
const valueSizes = [undefined, 1, 4, 7, 8, 16, 40, 64, 32768, 32776];
const entryCounts = [undefined, 0, 1, 2, 3, 4096, 5000, 8192, 12288];

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

function baseOf({ name }: MapType): Attributes {
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

/** One attribute changed, or key and value together; sizes as types and as numbers. */
export function askedMaps(): readonly Asked[] {
  return askedTypes.flatMap((type) => {
    const base = baseOf(type);
    const sizes: readonly Attributes[] = [
      base,
      ...keySizes.map((key) => ({ ...base, key })),
      ...(base.values === undefined ? valueSizes : [undefined, 4, 8]).map((value) => ({ ...base, value })),
      ...[4, 8].flatMap((key) => [4, 16].map((value) => ({ ...base, key, value }))),
    ];
    const others: readonly Attributes[] = [
      ...entryCounts.map((entries) => ({ ...base, entries })),
      { ...base, flags: [] },
      ...MAP_FLAGS.map(({ name }) => ({ ...base, flags: [...new Set([...base.flags, name])] })),
      ...(base.flags.length > 0 ? MAP_FLAGS.map(({ name }) => ({ ...base, flags: [name] })) : []),
      { ...base, flags: [...base.flags, 'RDONLY', 'WRONLY'] },
      { ...base, flags: [...base.flags, 'RDONLY_PROG', 'WRONLY_PROG'] },
    ];
    const all = [
      ...[...sizes, ...others].map((attributes) => ({ attributes, byNumber: false })),
      ...sizes.map((attributes) => ({ attributes, byNumber: true })),
    ];
    return all.map(({ attributes, byNumber }, n): Asked => {
      const name = `m_${type.name.toLowerCase()}_${n}`;
      return { type, attributes, name, text: mapText(name, type, attributes, byNumber) };
    });
  });
}

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

/** What the machine decides: its CPUs, and `kernel.perf_event_max_stack`. */
export const dependsOnMachine = ({ type, attributes: { value = 0, entries = 0 } }: Asked): boolean =>
  (type.name === 'CPUMAP' && entries > 4) ||
  (type.name === 'STACK_TRACE' && value > 127 * 8 && value % 8 === 0);

/** A good definition of every type inside of a map of maps; clang does not tell the structs that only these name. */
export function innerMaps(): readonly Asked[] {
  const array = askedTypes.find(({ name }) => name === 'ARRAY_OF_MAPS');
  if (array === undefined) throw new Error('no maps of maps');
  return askedTypes.map((type) => {
    const name = `inner_${type.name.toLowerCase()}`;
    const inner = mapText('', type, baseOf(type), !type.typed)
      .replace(/ SEC.*/s, '')
      .trim();
    const attributes = { key: 4, value: undefined, entries: 1, flags: [], values: inner };
    return { type, attributes, name, text: mapText(name, array, attributes, false) };
  });
}

/** The good definition of a type. */
export const isBase = ({ name }: Asked): boolean => name.endsWith('_0');
