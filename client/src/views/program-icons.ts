/** Codicons for kinds of programs and maps, by what they do rather than one for each of forty types. */

export function programIcon(programType: string | undefined): string {
  switch (programType?.replace('BPF_PROG_TYPE_', '')) {
    case 'TRACEPOINT':
    case 'RAW_TRACEPOINT':
    case 'RAW_TRACEPOINT_WRITABLE':
      return 'symbol-event';
    case 'KPROBE':
      return 'debug-breakpoint-function';
    case 'TRACING':
      return 'symbol-function';
    case 'LSM':
      return 'shield';
    case 'PERF_EVENT':
      return 'pulse';
    case 'STRUCT_OPS':
      return 'symbol-structure';
    case 'XDP':
    case 'SCHED_CLS':
    case 'SCHED_ACT':
    case 'SOCKET_FILTER':
    case 'NETFILTER':
      return 'radio-tower';
    default:
      return 'symbol-method';
  }
}

export function mapIcon(type: string | undefined): string {
  const name = type?.replace('BPF_MAP_TYPE_', '') ?? '';
  if (/RINGBUF|PERF_EVENT_ARRAY/.test(name)) return 'broadcast';
  if (name.includes('ARRAY')) return 'symbol-array';
  if (/HASH|TRIE|STORAGE/.test(name)) return 'table';
  return 'database';
}

/** `ringbuf` of `BPF_MAP_TYPE_RINGBUF`. */
export function mapTypeName(type: string | undefined): string {
  return type?.replace('BPF_MAP_TYPE_', '').toLowerCase() ?? 'map';
}
