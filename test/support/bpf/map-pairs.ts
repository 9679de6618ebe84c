/** Maps of maps that hold two maps from the beginning, of which the second may be other than their values are declared. */
import type { MapText } from './map-probe';

export const pairTypes = 'struct b12 { __u32 words[3]; };\n';

/** Pairs of these are put to the kernel, each way around. */
const inner = {
  ARRAY: [
    '4 __u64 8 0',
    '4 __u64 9 0',
    '4 __u32 8 0',
    '4 __u64 8 BPF_F_RDONLY',
    '4 __u64 8 BPF_F_RDONLY_PROG',
    '4 __u64 8 BPF_F_INNER_MAP',
  ],
  HASH: ['4 __u64 8 0', '4 __u64 9 0', '4 struct_b12 8 0', '8 __u64 8 0', '4 __u64 8 BPF_F_NO_PREALLOC'],
  PERCPU_ARRAY: ['4 __u64 8 0', '4 __u64 9 0', '4 __u32 8 0'],
  LRU_HASH: ['4 __u64 8 0', '4 __u64 9 0'],
} as const;
const bodies = Object.entries(inner).flatMap(([type, all]) => all.map((one) => pairBody(type, one)));

export function pairBody(type: string, attributes: string): string {
  const [key = '', value = '', entries = '', flags = ''] = attributes.split(' ');
  const fields = [
    `__uint(type, BPF_MAP_TYPE_${type});`,
    `__type(key, ${key === '4' ? '__u32' : '__u64'});`,
    `__type(value, ${value.replace('_b', ' b')});`,
    `__uint(max_entries, ${entries});`,
    ...(flags === '0' ? [] : [`__uint(map_flags, ${flags});`]),
  ];
  return `struct {\n${fields.map((field) => `\t${field}\n`).join('')}}`;
}

/** Two of them, of which the second may be wrong. */
function pair(name: string, declared: string, held: string, n: number): MapText {
  const type = n % 2 === 0 ? 'ARRAY_OF_MAPS' : 'HASH_OF_MAPS';
  const good = `${declared} ${name}__good SEC(".maps");\n`;
  const outer = `struct {
	__uint(type, BPF_MAP_TYPE_${type});
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, ${declared});
} ${name} SEC(".maps") = {
	.values = { (void *)&${name}__good, ${n % 3 === 0 ? '[2] = ' : ''}(void *)&${name}__held },
};
`;
  return { name, text: `${good}${held} ${name}__held SEC(".maps");\n${outer}` };
}

export const mapPairs: readonly MapText[] = bodies.flatMap((one, n) =>
  bodies.map((two, m) => pair(`m${n}_${m}`, one, two, n + m)),
);
