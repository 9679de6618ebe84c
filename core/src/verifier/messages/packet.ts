/** Packets and the program's own context. */
import type { MessageRule } from './rule';

export const packetMessages: readonly MessageRule[] = [
  {
    rule: 'packet-bounds',
    texts: [
      'invalid access to packet, off={#off} size={#size}, {reg}(id={#id},off={#o},r={#r})',
      '{reg} offset is outside of the packet',
    ],
    says: 'the packet may end before what is accessed here[: {size} bytes at offset {off}, of which {r} were compared with data_end]',
    help: 'Compare first: `if ((void *)(header + 1) > (void *)(long)ctx->data_end) return XDP_PASS;`, and again after every helper that may change the packet.',
  },
  {
    rule: 'packet-write',
    texts: ['cannot write into packet', 'the prog does not allow writes to packet data'],
    says: 'programs of this type may read the packet but not write it',
    help: 'Use bpf_skb_store_bytes(), or a program type that may write: XDP, TC (SEC("tc")), LWT xmit.',
    about: 'none',
  },
  {
    rule: 'packet-to-helper',
    texts: ['helper access to the packet is not allowed'],
    says: 'this helper takes no pointer into the packet',
    help: 'Copy the bytes to the stack first.',
    about: 'none',
  },
  {
    rule: 'packet-argument-stale',
    texts: ['{arg} is a packet pointer, but func#{#subprog} may change packet data'],
    says: 'the function gets a pointer into the packet, but may change the packet, which makes the pointer invalid',
    help: 'Pass ctx, and let the function take ctx->data itself.',
    about: 'none',
  },
  {
    rule: 'context-access',
    texts: [
      'invalid bpf_context access off={#off} size={#size}',
      'invalid bpf_context access off={#off} size={#size}. Reference may already be released',
      'invalid bpf_context access off={#off}. Reference may already be released',
    ],
    says: 'ctx has nothing that programs of this type may access with {size} bytes at offset {off}',
    help: 'Use only the members that the ctx struct of this program type offers, with their own size; a tracepoint’s first 8 bytes (common_*) and most members of __sk_buff cannot be written or read everywhere.',
    about: 'address',
  },
  {
    rule: 'ctx-common-field',
    texts: [],
    says: 'the first 8 bytes of a tracepoint’s record (common_type, common_pid, …) are not for BPF programs, and offset {off} lies in them',
    help: 'Use bpf_get_current_pid_tgid() for the process, bpf_get_smp_processor_id() for the CPU.',
    about: 'address',
  },
  {
    rule: 'context-argument-number',
    texts: [
      "func '{function}' doesn't have {#n}-th argument",
      "func '{function}' offset {#off} is not multiple of 8",
      "func '{function}' size {#size} must be 8",
    ],
    says: 'the traced function {function} has no argument there[: there is no number {n}, counted from 0]',
    help: 'Give BPF_PROG() the parameters of the function on this kernel, in their order; fexit has the return value behind them.',
    about: 'none',
  },
  {
    rule: 'context-argument-type',
    texts: [
      "func '{function}' arg{#n} '{*}' has type {type}. Only pointer access is allowed",
      "func '{function}' arg{#n} type {type} is not a struct",
      'invalid btf_id for context argument offset {#off}',
    ],
    says: 'argument {n} of {function}, counted from 0, has type {type} and cannot be read like this',
    help: 'Give the parameter in BPF_PROG() the type that the function has on this kernel.',
    about: 'none',
  },
  {
    rule: 'context-type-tags',
    texts: [
      "func '{function}' arg{#n} type {type} has multiple type tags",
      "type '{type}' has multiple type tags",
      'function signature member has multiple type tags',
    ],
    says: 'the type {type} carries several type tags at once, which this kernel cannot follow',
    help: 'Read the member with BPF_CORE_READ() instead.',
    about: 'none',
  },
  {
    rule: 'context-modified',
    texts: [
      'dereference of modified ctx ptr {reg} off={#off} disallowed',
      'dereference of modified {type} ptr {reg} off={#off} disallowed',
      'negative offset {type} ptr {reg} off={#off} disallowed',
    ],
    says: 'ctx was moved by {off} bytes before it is used, and this kernel takes only ctx itself',
    help: 'Read members through ctx itself, with constant offsets: no pointer into ctx, no `&ctx->member` kept for later.',
  },
  {
    rule: 'context-variable-offset',
    texts: ['variable ctx access var_off={*} disallowed', 'variable {type} access var_off={*} disallowed'],
    says: 'ctx is used at an offset that is not constant',
    help: 'Use a constant index: unroll the loop (`#pragma unroll`) or write a switch over the index.',
    about: 'none',
  },
  {
    rule: 'flow-keys-access',
    texts: [
      'invalid access to flow keys off={#off} size={#size}',
      '{reg} invalid variable offset to flow keys: off={#off}, var_off={*}',
    ],
    says: 'the access at offset {off} is outside of struct bpf_flow_keys',
    help: 'Use its members.',
    about: 'address',
  },
  {
    rule: 'socket-access',
    texts: ['{reg} invalid {type} access off={#off} size={#size}'],
    says: '{value} ({type}) has no member that may be read with {size} bytes at offset {off}',
    help: 'Use only the members that the struct of this type offers to BPF programs (struct bpf_sock, bpf_tcp_sock, …), with their own size.',
  },
  {
    rule: 'legacy-packet-load',
    texts: [
      'BPF_LD_[ABS|IND] instructions not allowed for this program type',
      'BPF_LD_[ABS|IND] uses reserved fields',
      'at the time of BPF_LD_ABS|IND R6 != pointer to skb',
      'BPF_LD_[ABS|IND] cannot be mixed with socket references',
      'BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region',
      'BPF_LD_[ABS|IND] cannot be used inside bpf_rcu_read_lock-ed region',
      'BPF_LD_[ABS|IND] cannot be used inside bpf_preempt_disable-ed region',
      'cannot use BPF_LD_[ABS|IND] within callback',
      'LD_ABS is not allowed in subprogs without BTF',
      "LD_ABS is only allowed in functions that return 'int'.",
    ],
    says: 'the old way to load from a packet (load_byte(), load_half(), load_word(): LD_ABS) is not possible here',
    help: 'Use bpf_skb_load_bytes(), or direct packet access with a comparison against data_end.',
    about: 'none',
  },
];
