/** The object's type information (BTF), which the kernel checks before any program. Kernel: kernel/bpf/btf.c. */
import type { MessageRule } from './rule';

export const btfMessages: readonly MessageRule[] = [
  {
    rule: 'invalid-btf',
    texts: [
      '[{#id}] {*}',
      'Exceeded max num of types',
      'Unaligned type_off',
      'No type found',
      'String section is not at the end',
      'Invalid string section',
      'Invalid section offset',
      'Unsupported section found',
      'Section overlap found',
      'Total section length too long',
      'hdr_len not found',
      'btf_header not found',
      'Unsupported btf_header',
      'Invalid magic',
      'Unsupported version',
      'Unsupported flags',
      'No data',
      'Unaligned layout_off',
      'Layout section is too small',
      'layout_len is not multiple of {#size}',
      'Layout section is too big',
      'Exceeded max resolving depth:{#depth}',
      'Loop detected',
      'Invalid resolve state',
    ],
    says: 'the kernel refuses the type information (BTF) of the object',
    help: 'libbpf then loads the programs without it where they do not need it. Compile with a clang that fits the kernel, with -g; an old kernel may not know a kind of type that a new clang writes.',
    about: 'none',
    at: 'program',
  },
];
