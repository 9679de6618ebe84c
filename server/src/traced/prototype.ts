/**
 * What the kernel passes to programs of raw tracepoints, kernel functions and LSM hooks: the parameters that its BTF
 * declares for the target of the section.
 */
import { parseSectionName } from '#core/bpf/section-name';
import type { SectionName } from '#core/bpf/sections';
import type { FunctionPrototype, TypeIndex, TypeRef } from '#core/btf/types';
import { seriesOf } from '../helpers/series';
import { operationsNamed, tracedOperation } from './struct-ops';

export interface TracedValue {
  /** Empty where BTF has no name. */
  readonly name: string;
  readonly type: TypeRef;
}

export interface Traced {
  readonly types: TypeIndex;
  /** `raw tracepoint sched_switch`, `function do_unlinkat`, `LSM hook file_open`. */
  readonly what: string;
  /**
   * Where the program finds them: `args[n]` of its ctx and `ctx[n]` are the same 64-bit words, unless they are in
   * registers (kprobe, kretprobe).
   */
  readonly inRegisters: boolean;
  /** In order. Programs at the return of a function have its return value as the last one: `ret`. */
  readonly values: readonly TracedValue[];
  /** Which of the values the function returns; the others are its parameters. */
  readonly returned?: number;
  /** So many words the verifier lets a program read: LSM hooks have what the program before returned behind the last value. */
  readonly readable: number;
  /** What the program returns; undefined: an `int`. */
  readonly returns?: TypeRef;
  /** By its name alone: which function of a table a program is, the table says. */
  readonly assumed?: true;
}

/** A kernel's types are immutable, so what is found in them can be kept as long as they live. */
const found = new WeakMap<TypeIndex, Map<string, Traced>>();

/** Undefined where the section traces nothing by name, or the kernel has no such target. */
export function tracedBy(types: TypeIndex, section: string): Traced | undefined {
  const known = found.get(types) ?? new Map<string, Traced>();
  found.set(types, known);
  let result = known.get(section);
  if (result === undefined) {
    const name = parseSectionName(section);
    result = name && traced(types, name);
    if (result !== undefined) known.set(section, result);
  }
  return result;
}

export function traced(types: TypeIndex, { def, target = '' }: SectionName): Traced | undefined {
  const family = def.name.replace(/\..*$/, '');
  const made = (what: string, prototype: FunctionPrototype | undefined): Traced | undefined => {
    if (prototype === undefined) return undefined;
    // When a function has returned, its arguments are no longer in the registers.
    const parameters = family === 'kretprobe' ? [] : prototype.parameters;
    const returnValues = returnValue(types, family, prototype);
    const values = [...parameters, ...returnValues];
    const returns =
      /^(?:fexit|fmod_ret|lsm|lsm_cgroup)$/.test(family) && types.kind(prototype.returns) !== 'void';
    const readable = prototype.parameters.length + (returns ? 1 : 0);
    const inRegisters = family === 'kprobe' || family === 'kretprobe';
    const returned = returnValues.length > 0 ? { returned: parameters.length } : {};
    return { types, what: `${what} ${target}`, inRegisters, values, ...returned, readable };
  };
  // A struct that is passed by value may take two words.
  const inWords = (prototype: FunctionPrototype | undefined) =>
    prototype?.parameters.every(({ type }) => types.layout(type) === undefined) === true
      ? prototype
      : undefined;
  switch (family) {
    case 'raw_tp':
    case 'raw_tracepoint':
    case 'tp_btf':
      return made('raw tracepoint', rawTracepoint(types, target));
    case 'fentry':
    case 'fexit':
    case 'fmod_ret':
    case 'kprobe':
    case 'kretprobe':
      return made('function', inWords(types.func(target.replace(/^.*:/, ''))));
    case 'lsm':
    case 'lsm_cgroup':
      return made('LSM hook', inWords(types.func(`bpf_lsm_${target}`)));
    case 'struct_ops': {
      const [only, ...others] = operationsNamed(types, target);
      const operation = only && others.length === 0 ? tracedOperation(types, only) : undefined;
      return operation && { ...operation, assumed: true };
    }
    default:
      return undefined;
  }
}

/**
 * `btf_trace_<event>` is there for every raw tracepoint; `int __traceiter_<event>(void *, …)` has the names of the
 * parameters too. The first parameter of both is the kernel's own.
 */
function rawTracepoint(types: TypeIndex, event: string): FunctionPrototype | undefined {
  const typedef = types.typedef(`btf_trace_${event}`);
  if (typedef === undefined) return undefined;
  const pointer = types.target(types.resolve(typedef));
  const prototype = types.func(`__traceiter_${event}`) ?? (pointer && types.prototype(pointer));
  return prototype && { ...prototype, parameters: prototype.parameters.slice(1) };
}

function returnValue(types: TypeIndex, family: string, prototype: FunctionPrototype): readonly TracedValue[] {
  if (!/^(?:fexit|fmod_ret|kretprobe)$/.test(family) || types.kind(prototype.returns) === 'void') return [];
  return [{ name: 'ret', type: prototype.returns }];
}

/** Whether it is a pointer to a function: where the verifier knows the types, it lets no program read one. */
export function isFunctionPointer({ types, values }: Traced, n: number): boolean {
  const value = values[n];
  const pointer = value && types.resolve(value.type);
  if (pointer === undefined || types.kind(pointer) !== 'ptr') return false;
  const target = types.target(pointer);
  return target !== undefined && types.kind(types.resolve(target)) === 'func_proto';
}

/**
 * Whether it is a pointer that verifiers up to 6.12 take for none, and let no program read where they know the types
 * (`btf_ctx_access()`): to neither a struct, nor an integer, nor plain `void`, as `const void *`, `char **` and `enum e *`.
 * 6.16 allows `const void *`; the others are not known of newer ones.
 */
export function isRefusedPointer({ types, values }: Traced, n: number, release: string): boolean {
  const value = values[n];
  const pointer = value && types.resolve(value.type);
  if (pointer === undefined || types.kind(pointer) !== 'ptr') return false;
  const target = types.target(pointer);
  if (target === undefined || types.kind(target) === 'void') return false;
  const isKnown = /^(?:struct|union|int|func_proto)$/.test(types.kind(types.resolve(target)));
  return !isKnown && (seriesOf(release) ?? Infinity) < 6.13;
}

/** `struct task_struct *prev`; one without a name is `arg2`. */
export function declarationOf({ types, values }: Traced, n: number): string | undefined {
  const value = values[n];
  return value && types.declaration(value.type, value.name || `arg${n + 1}`);
}

/**
 * The same as a parameter of `BPF_PROG(name, …)`, which has a `ctx` of its own, and cannot convert its words to a struct or
 * union that is passed by value.
 */
export function parameterOf(traced: Traced, n: number): string | undefined {
  const value = traced.values[n];
  if (value === undefined) return undefined;
  const name = value.name === 'ctx' ? 'ctx_' : value.name || `arg${n + 1}`;
  const byValue = traced.types.layout(value.type) !== undefined;
  return byValue ? `unsigned long long ${name}` : traced.types.declaration(value.type, name);
}
