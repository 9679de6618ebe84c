/** The verifier's words for what a register holds, in plain ones. Kernel: kernel/bpf/log.c, reg_type_str(). */

const types: Readonly<Record<string, string>> = {
  '?': 'without a value',
  scalar: 'a plain number',
  inv: 'a plain number',
  ctx: 'the program’s ctx',
  map_ptr: 'a map',
  map_value: 'a pointer into a map value',
  map_key: 'a pointer to a map key',
  fp: 'a pointer to the stack',
  pkt: 'a pointer into the packet',
  pkt_meta: 'a pointer to the packet’s metadata',
  pkt_end: 'the end of the packet',
  flow_keys: 'a pointer to struct bpf_flow_keys',
  sock: 'a pointer to a socket (struct bpf_sock)',
  sock_common: 'a pointer to a socket (struct sock_common)',
  tcp_sock: 'a pointer to struct bpf_tcp_sock',
  xdp_sock: 'a pointer to struct bpf_xdp_sock',
  tp_buffer: 'the buffer of a writable tracepoint',
  mem: 'a pointer to a buffer',
  buf: 'a pointer to a buffer',
  arena: 'a pointer into the arena',
  func: 'a function',
  dynptr_ptr: 'a dynptr',
  insn: 'a place in the program',
};

const flags: readonly (readonly [string, string])[] = [
  ['rdonly_', 'read-only'],
  ['ringbuf_', 'of the ring buffer'],
  ['user_', 'of user space'],
  ['percpu_', 'per CPU'],
  ['rcu_', 'under RCU'],
  ['untrusted_', 'untrusted'],
  ['trusted_', 'trusted'],
];

/** `map_value_or_null` → `a pointer into a map value that may be NULL`; undefined for what is no such word. */
export function describeType(text: string): string | undefined {
  let type = text.trim().replace(/\(.*$/, '');
  const notes: string[] = [];
  for (const [prefix, note] of flags) {
    if (!type.startsWith(prefix)) continue;
    type = type.slice(prefix.length);
    notes.push(note);
  }
  const mayBeNull = type.includes('or_null');
  if (mayBeNull) notes.push('may be NULL');
  const base = type.replace(/_?or_null_?/, type.startsWith('ptr_') ? '_' : '');
  const struct = /^ptr_(\w*)$/.exec(base)?.[1];
  const words =
    struct === undefined
      ? types[base]
      : struct === ''
        ? 'a pointer to a kernel struct'
        : `a pointer to struct ${struct}`;
  return words && (notes.length > 0 ? `${words} (${notes.join(', ')})` : words);
}

/** `fp, pkt, pkt_meta, map_key, map_value` → words for all of them. */
export function describeExpected(text: string): string | undefined {
  const names = text
    .split(/,\s*| or /)
    .map((name) => name.trim())
    .filter(Boolean);
  const memory = names.filter((name) =>
    /^(?:fp|pkt|pkt_meta|map_key|map_value|mem|ringbuf_mem|buf|trusted_ptr_|arena)$/.test(name),
  );
  if (memory.includes('fp') && memory.length > 2)
    return 'a pointer to memory (the stack, a map value, the packet, …)';
  if (
    names.length > 1 &&
    names.every((name) => /^(?:sock\w*|tcp_sock|xdp_sock|(?:trusted_)?ptr_)$/.test(name))
  ) {
    return 'a pointer to a socket';
  }
  const words = names.map((name) => describeType(name));
  if (words.length === 0 || words.some((word) => word === undefined)) return undefined;
  return [...new Set(words)].join(' or ');
}
