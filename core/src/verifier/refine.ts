/** One text of the kernel has several causes: the circumstances tell which. */
import type { Culprit } from './blame';
import { indexOf } from './blame';
import { calledFunction, positionOf } from './circumstances';
import type { Circumstances } from './circumstances';
import { lostPointer } from './lost-pointer';
import type { RuleId } from './model';

/** The rule that fits better, or undefined where the one of the text is right. */
export function refine(c: Circumstances, culprit: Culprit | undefined): RuleId | undefined {
  return refinements[c.message.rule.rule]?.(c, culprit);
}

type Refinement = (c: Circumstances, culprit: Culprit | undefined) => RuleId | undefined;

const refinements: Readonly<Record<string, Refinement>> = {
  'scalar-deref': (c, culprit) => culprit && scalarDereference(c, culprit),
  'uninitialised-register': (c, culprit) => {
    if (c.tracer.steps[c.at]?.effect.kind === 'exit' && culprit?.register === 0)
      return 'missing-return-value';
    return culprit?.trace.end.kind === 'clobbered' ? 'clobbered-register' : undefined;
  },
  'argument-type': (c, culprit) => {
    const { facts } = c;
    const type = facts.get('type') ?? '';
    const expected = facts.get('expected') ?? '';
    const lost = culprit && lostPointer(c, culprit);
    if (lost && /^(?:scalar|inv)/.test(type)) return lost.rule;
    if (expected === 'ctx') return 'argument-not-ctx';
    if (expected === 'map_ptr') return 'argument-not-map';
    const isNumber = /^(?:scalar|inv)/.test(type);
    return isNumber && /\b(?:fp|map_value|mem)\b/.test(expected) ? 'argument-not-memory' : undefined;
  },
  // Without CAP_PERFMON the stack ends where the program has written to.
  'stack-bounds': ({ facts }) => {
    const start = Number(facts.get('off'));
    return start >= -512 && start + Number(facts.get('size')) <= 0 ? 'stack-uninitialised' : undefined;
  },
  'lock-held-call': (c) => (calledFunction(c, c.at) === 'bpf_spin_lock' ? 'lock-nested' : undefined),
  // Without any bound it is not the sign that matters.
  'size-negative': (_, culprit) => {
    const facts = culprit?.holds?.facts;
    return facts && !facts.has('smax') && !facts.has('umax') ? 'size-unbounded' : undefined;
  },
  // Kernels up to 5.18 have one text for both.
  'size-unbounded': (c) =>
    calledFunction(c, c.at) === 'bpf_ringbuf_reserve' ? 'argument-not-constant' : undefined,
  'zero-size-read': (c) =>
    (calledFunction(c, c.at) ?? '').startsWith('bpf_map_') ? 'map-without-keys' : undefined,
  'context-modified': (c, culprit) => {
    const isCall = c.tracer.steps[c.at]?.effect.kind === 'call';
    if (isCall && (c.facts.get('type') ?? 'ctx') !== 'ctx') return 'argument-zero-offset';
    return culprit && indexOf(c, culprit) ? 'context-variable-offset' : undefined;
  },
  'map-value-bounds': (c, culprit) => (culprit && indexOf(c, culprit) ? 'map-value-index' : undefined),
  'reference-leak': (c) => {
    const at = acquiredAt(c);
    const call = at === undefined ? undefined : calledFunction(c, at);
    return call?.startsWith('bpf_ringbuf_reserve') ? 'ringbuf-leak' : undefined;
  },
  'context-access': ({ facts, options }) => {
    const isTracepoint = /^\??(?:tp|tracepoint)\//.test(options.section ?? '');
    return isTracepoint && Number(facts.get('off')) < 8 ? 'ctx-common-field' : undefined;
  },
  'helper-unknown': ({ facts }) => {
    // libbpf leaves these numbers where it could not resolve a map or a kernel function.
    const id = facts.get('id') ?? '';
    if (/^2001\d{6}$/.test(id)) return 'map-not-created';
    return /^2002\d{6}$/.test(id) ? 'kfunc-missing' : undefined;
  },
};

/** Helpers that return an address of the kernel as a number. */
const addressHelpers = /^bpf_(?:get_current_task|get_func_arg|get_func_ret|per_cpu_ptr|get_sockaddr)$/;

function scalarDereference(c: Circumstances, culprit: Culprit): RuleId | undefined {
  const { trace, holds } = culprit;
  const { end } = trace;
  const isMoved = trace.steps.some(({ kind }) => kind === 'arithmetic');
  if (holds?.constant === 0n && end.kind !== 'address') return 'null-deref';
  if (end.kind === 'constant' && end.value === 0n && !isMoved) return 'null-deref';
  const lost = lostPointer(c, culprit);
  if (lost) return lost.rule;
  switch (end.kind) {
    case 'call':
      return addressHelpers.test(end.name) ? 'untrusted-pointer' : undefined;
    case 'written':
      if (/^bpf_probe_read(?:_kernel)?$/.test(end.name)) return 'untrusted-pointer';
      return /^bpf_(?:probe_read_user|copy_from_user)$/.test(end.name) ? 'user-pointer' : undefined;
    case 'load': {
      if (end.base === undefined || isMoved) return undefined;
      const from = c.tracer.trace(end.at, end.base).end.kind;
      if (from !== 'ctx') return undefined;
      return readsUserSpace(c, end.at) ? 'user-pointer' : 'untrusted-pointer';
    }
    default:
      return undefined;
  }
}

/** Whether what is read from ctx is an address that a process passed: an argument of a system call or of a user function. */
function readsUserSpace(c: Circumstances, at: number): boolean {
  const { section } = c.options;
  if (section !== undefined)
    return /^\??(?:(?:tp|tracepoint)\/syscalls\/|k(?:ret)?syscall\/|u(?:ret)?probe|usdt)/.test(section);
  return /->\s*args\s*\[/.test(positionOf(c, at)?.text ?? '');
}

/** Where in the path something was acquired that the message names. */
export function acquiredAt({ facts, tracer, at }: Circumstances): number | undefined {
  const index = facts.get('alloc');
  if (index === undefined) return undefined;
  for (let i = at; i >= 0; i--) if (tracer.steps[i]?.instruction.index === Number(index)) return i;
  return undefined;
}
