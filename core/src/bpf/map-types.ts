/**
 * Types of maps and what the kernel asks of each: `enum bpf_map_type` of include/uapi/linux/bpf.h and the `map_alloc_check` of
 * each type in kernel/bpf. test/kernel/map-definition.test.ts puts all of it to the kernel.
 */

/** Bytes that a key or a value may have; `of` what they must be a multiple of. */
export interface SizeRule {
  readonly min: number;
  readonly max?: number;
  readonly of?: number;
  /** Between `min` and `max` only these two. */
  readonly ends?: true;
}

export interface MapType {
  /** Without `BPF_MAP_TYPE_`. */
  readonly name: string;
  /** The kernel that brought it. */
  readonly since: string;
  /** What it is, in a sentence or two. */
  readonly text: string;
  readonly key: SizeRule;
  readonly value: SizeRule;
  /**
   * `some`: more than 0. `none`: 0. `cpus`: libbpf puts the number of CPUs for 0. `pages`: bytes, which libbpf rounds up to a
   * power of two of pages. `arena`: pages.
   */
  readonly entries: 'some' | 'none' | 'cpus' | 'pages' | 'arena';
  /** Flags that the kernel takes, without `BPF_F_`. */
  readonly flags: readonly string[];
  /** Those without which it does not make the map. */
  readonly required: readonly string[];
  /** Key and value must be types, not sizes. */
  readonly typed: boolean;
  /** What `__array(values, …)` declares. */
  readonly holds?: 'maps' | 'programs';
  /** It cannot be the inner map of another. */
  readonly notInner?: true;
}

const nothing: SizeRule = { min: 0, max: 0 };
const some: SizeRule = { min: 1 };
const four: SizeRule = { min: 4, max: 4 };
const fourOrEight: SizeRule = { min: 4, max: 8, ends: true };
/** PCPU_MIN_UNIT_SIZE */
const perCpu: SizeRule = { min: 1, max: 32768 };

const access = ['RDONLY', 'WRONLY'];
const fromUser = ['NUMA_NODE', ...access];
const byProgram = ['RDONLY_PROG', 'WRONLY_PROG'];
const all = [...fromUser, ...byProgram];

type Row = Pick<MapType, 'text' | 'key' | 'value'> & Partial<MapType>;
const row = (name: string, since: string, rest: Row): MapType => ({
  ...{ name, since, entries: 'some', flags: all, required: [], typed: false },
  ...rest,
});
const storage = (name: string, since: string, text: string): MapType =>
  row(name, since, {
    ...{ text, key: four, value: some, entries: 'none', typed: true },
    ...{ flags: ['NO_PREALLOC', 'CLONE'], required: ['NO_PREALLOC'] },
  });

/** By number: `BPF_MAP_TYPE_HASH` is the first, 1. */
export const MAP_TYPES: readonly MapType[] = [
  row('HASH', '3.19', {
    text: 'A hash table: any key, any value. All CPUs share it; `max_entries` are allocated at once, unless with `BPF_F_NO_PREALLOC`.',
    ...{ key: some, value: some, flags: ['NO_PREALLOC', 'ZERO_SEED', ...all] },
  }),
  row('ARRAY', '3.19', {
    text: 'An array: keys are 0 to `max_entries` - 1, every element is there from the beginning as zeros, and none can be deleted.',
    ...{ key: four, value: some, flags: ['MMAPABLE', 'INNER_MAP', ...all] },
  }),
  row('PROG_ARRAY', '4.2', {
    text: 'Programs to jump to with `bpf_tail_call()`.',
    ...{ key: four, value: four, flags: fromUser, holds: 'programs', notInner: true },
  }),
  row('PERF_EVENT_ARRAY', '4.3', {
    text: 'A buffer per CPU for `bpf_perf_event_output()`. Since 5.8 a `BPF_MAP_TYPE_RINGBUF`, which all CPUs share, is the better one for most.',
    ...{ key: four, value: four, entries: 'cpus', flags: ['PRESERVE_ELEMS', ...fromUser] },
  }),
  row('PERCPU_HASH', '4.6', {
    text: 'A hash table with a value for each CPU: counting needs no atomic operation, and user space adds them up.',
    ...{ key: some, value: perCpu, flags: ['NO_PREALLOC', 'ZERO_SEED', ...access, ...byProgram] },
  }),
  row('PERCPU_ARRAY', '4.6', {
    text: 'An array with a value for each CPU. With one element it is the scratch space for what the stack of 512 bytes has no room for.',
    ...{ key: four, value: perCpu, flags: [...access, ...byProgram] },
  }),
  row('STACK_TRACE', '4.6', {
    text: 'Stacks that `bpf_get_stackid()` stores by number; the value is an array of addresses, at most `kernel.perf_event_max_stack` (127).',
    ...{ key: four, value: { min: 8, of: 8 }, flags: ['STACK_BUILD_ID', ...fromUser] },
  }),
  row('CGROUP_ARRAY', '4.8', {
    text: 'Cgroups to compare with: `bpf_skb_under_cgroup()`, `bpf_current_task_under_cgroup()`.',
    ...{ key: four, value: four, flags: fromUser },
  }),
  row('LRU_HASH', '4.10', {
    text: 'A hash table that makes room for a new key by forgetting one that was not used for long: an update does not fail when it is full.',
    ...{ key: some, value: some, flags: ['NO_COMMON_LRU', 'ZERO_SEED', ...all] },
  }),
  row('LRU_PERCPU_HASH', '4.10', {
    text: 'As `BPF_MAP_TYPE_LRU_HASH`, with a value for each CPU.',
    ...{ key: some, value: perCpu, flags: ['NO_COMMON_LRU', 'ZERO_SEED', ...access, ...byProgram] },
  }),
  row('LPM_TRIE', '4.11', {
    text: 'Longest prefix match, as of IP addresses: the key is a `__u32 prefixlen` and the bytes behind it, in network order.',
    ...{ key: { min: 5, max: 260 }, value: some, flags: ['NO_PREALLOC', ...all], required: ['NO_PREALLOC'] },
  }),
  row('ARRAY_OF_MAPS', '4.12', {
    text: 'An array of maps that are all of one form; looking one up gives a map to work with.',
    ...{ key: four, value: four, flags: fromUser, holds: 'maps', notInner: true },
  }),
  row('HASH_OF_MAPS', '4.12', {
    text: 'A hash table of maps that are all of one form; looking one up gives a map to work with.',
    ...{ key: some, value: four, flags: ['NO_PREALLOC', 'ZERO_SEED', ...all], holds: 'maps', notInner: true },
  }),
  row('DEVMAP', '4.14', {
    text: 'Network devices to send to with `bpf_redirect_map()`, by index; a value of 8 bytes (`struct bpf_devmap_val`) also names a program.',
    ...{ key: four, value: fourOrEight, flags: fromUser },
  }),
  row('SOCKMAP', '4.14', {
    text: 'Sockets to redirect to, and to run `sk_msg` and `sk_skb` programs on, by index.',
    ...{ key: four, value: fourOrEight, flags: fromUser },
  }),
  row('CPUMAP', '4.15', {
    text: 'CPUs to hand packets to with `bpf_redirect_map()`; the value is the length of the queue, or a `struct bpf_cpumap_val`.',
    ...{ key: four, value: fourOrEight, flags: ['NUMA_NODE'] },
  }),
  row('XSKMAP', '4.18', {
    text: 'AF_XDP sockets to hand packets to with `bpf_redirect_map()`, by receive queue.',
    ...{ key: four, value: four, flags: fromUser },
  }),
  row('SOCKHASH', '4.18', {
    text: 'Sockets to redirect to, and to run `sk_msg` and `sk_skb` programs on, by any key.',
    ...{ key: { min: 1, max: 512 }, value: fourOrEight, flags: fromUser },
  }),
  row('CGROUP_STORAGE', '4.19', {
    text: 'A value for each cgroup that the program is attached to: `bpf_get_local_storage()`. `BPF_MAP_TYPE_CGRP_STORAGE` has replaced it.',
    ...{ key: { min: 8, max: 16, ends: true }, value: some, entries: 'none', notInner: true },
  }),
  row('REUSEPORT_SOCKARRAY', '4.19', {
    text: 'Sockets that share a port, for `bpf_sk_select_reuseport()`.',
    ...{ key: four, value: fourOrEight },
  }),
  row('PERCPU_CGROUP_STORAGE', '4.20', {
    text: 'As `BPF_MAP_TYPE_CGROUP_STORAGE`, with a value for each CPU.',
    ...{ key: { min: 8, max: 16, ends: true }, value: perCpu, entries: 'none', notInner: true },
  }),
  row('QUEUE', '4.20', {
    text: 'First in, first out: `bpf_map_push_elem()`, `bpf_map_pop_elem()`, `bpf_map_peek_elem()`.',
    ...{ key: nothing, value: some },
  }),
  row('STACK', '4.20', {
    text: 'Last in, first out: `bpf_map_push_elem()`, `bpf_map_pop_elem()`, `bpf_map_peek_elem()`.',
    ...{ key: nothing, value: some },
  }),
  storage(
    'SK_STORAGE',
    '5.2',
    'A value for each socket, which goes with it: `bpf_sk_storage_get()`. User space finds it by the socket’s descriptor.',
  ),
  row('DEVMAP_HASH', '5.4', {
    text: 'As `BPF_MAP_TYPE_DEVMAP`, by any number: by the interface’s own, for example.',
    ...{ key: four, value: fourOrEight, flags: fromUser },
  }),
  row('STRUCT_OPS', '5.6', {
    text: 'Functions that a BPF object gives the kernel, such as a TCP congestion control. libbpf makes it of a variable in `SEC(".struct_ops")`.',
    ...{ key: four, value: some, notInner: true },
  }),
  row('RINGBUF', '5.8', {
    text: 'A buffer for events that all CPUs share and user space reads in order: `bpf_ringbuf_reserve()`, `bpf_ringbuf_submit()`. `max_entries` is its size in bytes.',
    ...{ key: nothing, value: nothing, entries: 'pages', flags: ['NUMA_NODE'] },
  }),
  storage(
    'INODE_STORAGE',
    '5.10',
    'A value for each inode, which goes with it: `bpf_inode_storage_get()` of LSM programs.',
  ),
  storage('TASK_STORAGE', '5.11', 'A value for each task, which goes with it: `bpf_task_storage_get()`.'),
  row('BLOOM_FILTER', '5.16', {
    text: 'Says of a value that it was certainly not added, or maybe was: `bpf_map_push_elem()`, `bpf_map_peek_elem()`. `map_extra` is the number of hash functions.',
    ...{ key: nothing, value: some, flags: ['ZERO_SEED', ...all] },
  }),
  row('USER_RINGBUF', '6.1', {
    text: 'A buffer that user space writes and a program reads with `bpf_user_ringbuf_drain()`. `max_entries` is its size in bytes.',
    ...{ key: nothing, value: nothing, entries: 'pages', flags: ['NUMA_NODE'] },
  }),
  storage('CGRP_STORAGE', '6.2', 'A value for each cgroup, which goes with it: `bpf_cgrp_storage_get()`.'),
  row('ARENA', '6.9', {
    text: 'Memory of up to 4 GiB that programs and user space share, pointers in it included. `max_entries` is its size in pages.',
    ...{ key: nothing, value: nothing, entries: 'arena', required: ['MMAPABLE'] },
    flags: ['MMAPABLE', 'SEGV_ON_FAULT', 'NO_USER_CONV'],
  }),
];

const prefix = 'BPF_MAP_TYPE_';
const byName: ReadonlyMap<string, MapType> = new Map(MAP_TYPES.map((type) => [prefix + type.name, type]));

/** `BPF_MAP_TYPE_HASH` */
export function mapTypeNamed(name: string): MapType | undefined {
  return byName.get(name.replace(/_DEPRECATED$/, ''));
}

export const fullName = ({ name }: MapType): string => prefix + name;

export function fitsSize({ min, max = Infinity, of = 1, ends }: SizeRule, size: number): boolean {
  return (ends ? size === min || size === max : size >= min && size <= max) && size % of === 0;
}

/** `4 bytes`, `5 to 260 bytes`, `4 or 8 bytes` */
export function sizeText({ min, max, of, ends }: SizeRule): string {
  const bytes = (count: number) => `${count} ${count === 1 ? 'byte' : 'bytes'}`;
  if (ends && max !== undefined) return `${min} or ${bytes(max)}`;
  if (of !== undefined && of > 1) return `a multiple of ${bytes(of)}`;
  if (max === undefined) return `at least ${bytes(min)}`;
  return min === max ? bytes(min) : `${min} to ${bytes(max)}`;
}
