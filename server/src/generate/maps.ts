/** The maps of generated programs. */
import type { Existing } from './existing';
import type { RecordStruct } from './model';
import type { Names } from './names';

const mapTypes = { ringbuf: 'BPF_MAP_TYPE_RINGBUF', perfbuf: 'BPF_MAP_TYPE_PERF_EVENT_ARRAY' } as const;

interface MapQuestion {
  readonly tag: string;
  readonly subject: string;
  readonly delivery: keyof typeof mapTypes;
  readonly existing: Existing;
  readonly names: Names;
  /** Records that have their map already. */
  readonly records: readonly RecordStruct[];
}

/**
 * The map for records of this tag; one map carries one type of record. One of the file that carries this very record,
 * or that nobody uses yet, is taken first.
 */
export function pickMap(question: MapQuestion): { readonly name: string; readonly exists: boolean } {
  const { tag, subject, delivery, existing, names, records } = question;
  const maps = existing
    .maps(mapTypes[delivery])
    .filter(({ name }) => !records.some(({ map }) => map === name));
  const carries = (name: string) => [...(existing.recordsOf(name) ?? ['?'])];
  const own =
    maps.find(({ name }) => carries(name).join() === tag) ??
    maps.find(({ name }) => carries(name).length === 0);
  if (own !== undefined) return { name: own.name, exists: true };
  const name = names.isTaken('events') ? names.unique(`${subject}_events`) : names.unique('events');
  return { name, exists: false };
}

/** @param value the tag of what the map holds, for those that hold something */
export function mapText(
  name: string,
  kind: keyof typeof mapTypes | 'scratch' | 'calls',
  value = '',
  key = '__u64',
): string {
  const lines = {
    ringbuf: ['__uint(type, BPF_MAP_TYPE_RINGBUF);', '__uint(max_entries, 256 * 1024);'],
    perfbuf: [
      '__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);',
      '__uint(key_size, sizeof(__u32));',
      '__uint(value_size, sizeof(__u32));',
    ],
    scratch: [
      '__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);',
      '__uint(max_entries, 1);',
      '__type(key, __u32);',
      `__type(value, struct ${value});`,
    ],
    calls: [
      '__uint(type, BPF_MAP_TYPE_HASH);',
      '__uint(max_entries, 10240);',
      `__type(key, ${key});`,
      `__type(value, struct ${value});`,
    ],
  }[kind];
  return ['struct {', ...lines.map((line) => `\t${line}`), `} ${name} SEC(".maps");`].join('\n');
}
