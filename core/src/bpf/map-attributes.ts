/** What a map's definition may say: the attributes that libbpf reads (`parse_btf_map_def()`) and the flags of `map_flags`. */

export interface MapAttribute {
  readonly name: string;
  /** libbpf's macro that declares it. */
  readonly macro: '__uint' | '__type' | '__array' | '__ulong';
  readonly text: string;
}

export const MAP_ATTRIBUTES: readonly MapAttribute[] = [
  { name: 'type', macro: '__uint', text: 'What kind of map it is: `BPF_MAP_TYPE_…`.' },
  {
    name: 'max_entries',
    macro: '__uint',
    text: 'How many elements it holds; of a ring buffer its size in bytes, a power of two. The loader can change it with `bpf_map__set_max_entries()`.',
  },
  { name: 'key', macro: '__type', text: 'The type of its keys.' },
  { name: 'value', macro: '__type', text: 'The type of its values.' },
  { name: 'key_size', macro: '__uint', text: 'Bytes of a key, where it has no type to name.' },
  { name: 'value_size', macro: '__uint', text: 'Bytes of a value, where it has no type to name.' },
  { name: 'map_flags', macro: '__uint', text: 'Flags `BPF_F_…`, joined by `|`.' },
  {
    name: 'values',
    macro: '__array',
    text: 'Of a map of maps: how the inner maps are defined. Of a program array: the prototype of the programs, `int (void *)`.',
  },
  {
    name: 'pinning',
    macro: '__uint',
    text: '`LIBBPF_PIN_BY_NAME`: the map is taken from `/sys/fs/bpf/<name>`, or pinned there.',
  },
  { name: 'numa_node', macro: '__uint', text: 'The node of memory that it is allocated on.' },
  {
    name: 'map_extra',
    macro: '__ulong',
    text: 'What only some types know: the hash functions of a Bloom filter (1 to 15), the address of an arena.',
  },
];

export interface MapFlag {
  /** Without `BPF_F_`. */
  readonly name: string;
  readonly bit: number;
  readonly text: string;
}

const flags: readonly (readonly [name: string, text: string])[] = [
  ['NO_PREALLOC', 'allocates each element when it is added'],
  ['NO_COMMON_LRU', 'each CPU has a list of its own of what was not used for long'],
  ['NUMA_NODE', 'memory of the node that `numa_node` says'],
  ['RDONLY', 'user space may only read it'],
  ['WRONLY', 'user space may only write it'],
  ['STACK_BUILD_ID', 'stores build ids and offsets instead of addresses'],
  ['ZERO_SEED', 'hashes alike each time: for tests'],
  ['RDONLY_PROG', 'programs may only read it'],
  ['WRONLY_PROG', 'programs may only write it'],
  ['CLONE', 'a socket that was made of another gets a copy'],
  ['MMAPABLE', 'user space may map it into its memory'],
  ['PRESERVE_ELEMS', 'perf events stay when the descriptor that set them is closed'],
  ['INNER_MAP', 'as an inner map it may have another number of elements than the others'],
];
const arenaFlags: readonly MapFlag[] = [
  { name: 'SEGV_ON_FAULT', bit: 17, text: 'user space gets SIGSEGV where no page was allocated' },
  { name: 'NO_USER_CONV', bit: 18, text: 'pointers are not turned into those of user space' },
];

export const MAP_FLAGS: readonly MapFlag[] = [
  ...flags.map(([name, text], bit) => ({ name, bit, text })),
  ...arenaFlags,
];
