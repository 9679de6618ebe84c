/** What is acquired must be released, on every path and once. */
import type { MessageRule } from './rule';

export const referenceMessages: readonly MessageRule[] = [
  {
    rule: 'reference-leak',
    texts: [
      'Unreleased reference id={#id} alloc_insn={#alloc}',
      'Leaking reference id={#id} alloc_insn={#alloc}. Release it first.',
    ],
    says: 'what {origin} returned is not released on this path',
    help: 'Release it on every path: a socket with bpf_sk_release(), a task with bpf_task_release(), an object with bpf_obj_drop().',
    origin: 'acquired here',
  },
  {
    rule: 'ringbuf-leak',
    texts: [],
    says: 'the record that {origin} returned is neither submitted nor discarded on this path',
    help: 'End every path behind the NULL check with bpf_ringbuf_submit() or bpf_ringbuf_discard().',
    origin: 'reserved here',
  },
  {
    rule: 'reference-leak-exit',
    texts: ['{call} would lead to reference leak', 'tail_call would lead to reference leak'],
    says: 'the program is left here by {call} while something that it acquired is not released',
    help: 'Release it first.',
    minor: true,
    about: 'none',
  },
  {
    rule: 'release-not-acquired',
    texts: [
      'func {call}#{#id} reference has not been acquired before',
      'kfunc {call}#{#id} reference has not been acquired before',
      '{reg} must be referenced when passed to release function',
      'release kernel function {call} expects refcounted PTR_TO_BTF_ID',
      'release helper {call} expects referenced PTR_TO_BTF_ID passed to {arg}',
      'release kfunc {call} expects referenced PTR_TO_BTF_ID passed to {arg}',
      'arg {#nth} is an unacquired reference',
    ],
    says: '[{call}() ]releases {value}, which this program does not own',
    help: 'Release only what an acquiring function returned, and only once: not a pointer that was borrowed, transferred or released before.',
  },
  {
    rule: 'reference-required',
    texts: [
      '{reg} must be referenced',
      'allocated object must be referenced',
      '{arg} is neither owning or non-owning ref',
    ],
    says: '{argument} must be an object that the program owns, and {value} is not one',
    help: 'Pass what bpf_obj_new(), bpf_kptr_xchg() or another acquiring function returned.',
  },
  {
    rule: 'trusted-required',
    texts: ['{reg} must be referenced or trusted'],
    says: '{argument} must be a pointer that is sure to be valid, and {value} is not one[: it comes from {origin}]',
    help: 'A pointer that was read from another struct is not trusted: get one from the arguments of the program, with an acquiring kfunc (bpf_task_acquire(), …) or hold bpf_rcu_read_lock() where the kfunc takes RCU pointers.',
  },
  {
    rule: 'rcu-required',
    texts: ['{reg} must be a rcu pointer'],
    says: '{argument} must be a pointer that is protected by RCU, and {value} is not one',
    help: 'Read the pointer and call the function between bpf_rcu_read_lock() and bpf_rcu_read_unlock().',
  },
  {
    rule: 'dynptr-release',
    texts: ['cannot release unowned const bpf_dynptr', 'CONST_PTR_TO_DYNPTR cannot be released'],
    says: 'this dynptr belongs to the caller and cannot be released here',
    help: 'Release only dynptrs that this function made.',
    about: 'none',
  },
];
