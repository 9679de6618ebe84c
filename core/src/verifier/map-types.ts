/** Types of maps by number: `enum bpf_map_type` of include/uapi/linux/bpf.h. */
const names = [
  'UNSPEC HASH ARRAY PROG_ARRAY PERF_EVENT_ARRAY PERCPU_HASH PERCPU_ARRAY STACK_TRACE CGROUP_ARRAY LRU_HASH',
  'LRU_PERCPU_HASH LPM_TRIE ARRAY_OF_MAPS HASH_OF_MAPS DEVMAP SOCKMAP CPUMAP XSKMAP SOCKHASH CGROUP_STORAGE',
  'REUSEPORT_SOCKARRAY PERCPU_CGROUP_STORAGE QUEUE STACK SK_STORAGE DEVMAP_HASH STRUCT_OPS RINGBUF INODE_STORAGE',
  'TASK_STORAGE BLOOM_FILTER USER_RINGBUF CGRP_STORAGE ARENA INSN_ARRAY',
]
  .join(' ')
  .split(' ');

/** `BPF_MAP_TYPE_RINGBUF` for `27`. */
export function mapTypeName(number: string | undefined): string | undefined {
  const name = number === undefined ? undefined : names[Number(number)];
  return name === undefined ? undefined : `BPF_MAP_TYPE_${name}`;
}
