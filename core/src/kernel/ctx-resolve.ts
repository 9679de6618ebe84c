/**
 * The rule that finds an event's ctx struct: docs/ctx-structs.md. A kernel does not say which class an event was
 * defined from, so that the struct is found by what the format and the types have in common.
 */
import type { FunctionPrototype, TypeIndex } from '../btf/types';
import type { CtxStruct, CtxStructResolver } from './ctx-struct';
import { syscallSide } from './fields';
import { formatSignature, structSignature } from './layout';
import type { KernelIndex, TracepointFormat } from './model';

const prefix = 'trace_event_raw_';

/** For one question; who asks more than once keeps a `createCtxResolver`. */
export const resolveCtxStruct: CtxStructResolver = (kernel, format) => createCtxResolver(kernel)(format);

/**
 * The rule for one kernel. The index of its structs by layout is made with the first question that needs it, and
 * every answer is kept.
 */
export function createCtxResolver(kernel: KernelIndex): (format: TracepointFormat) => CtxStruct | undefined {
  const answers = new Map<TracepointFormat, CtxStruct | undefined>();
  const structsByLayout = once(() => groupByLayout(kernel.types));
  const eventNames = once(() => new Set(kernel.events.map(({ name }) => name)));

  function resolve(format: TracepointFormat): CtxStruct | undefined {
    const side = syscallSide(format);
    if (side !== undefined) return syscallStruct(kernel.types, side);
    const signature = formatSignature(format);
    const own = kernel.types.struct(prefix + format.name);
    // A kprobe event may have the name of a tracepoint, but not its fields.
    if (own !== undefined && structSignature(own) === signature) {
      return { name: own.name, alsoRight: [], step: 'own' };
    }
    const candidates = structsByLayout().get(signature) ?? [];
    if (candidates.length > 1) return choose(candidates, format.name, kernel.types, eventNames());
    const [only] = candidates;
    return only === undefined ? undefined : { name: only, alsoRight: [], step: 'layout' };
  }

  return (format) => {
    if (!answers.has(format)) answers.set(format, resolve(format));
    return answers.get(format);
  };
}

/** `syscall_trace_…` is what perf_call_bpf_…() casts to, `trace_event_raw_sys_…` is laid out like it. */
function syscallStruct(types: TypeIndex, side: 'enter' | 'exit'): CtxStruct {
  const names = [`${prefix}sys_${side}`, `syscall_trace_${side}`];
  const known = names.filter((name) => types.struct(name) !== undefined);
  const [name = `${prefix}sys_${side}`, ...alsoRight] = known.length > 0 ? known : names;
  return { name, alsoRight, step: 'syscall' };
}

/** The tags of all tracepoint structs, by their members. */
function groupByLayout(types: TypeIndex): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const tag of types.structNames(prefix)) {
    const layout = types.struct(tag);
    if (layout === undefined) continue;
    const signature = structSignature(layout);
    const group = groups.get(signature);
    if (group === undefined) groups.set(signature, [tag]);
    else group.push(tag);
  }
  return groups;
}

/** Steps 4 to 6, among structs that are the same but for their tags. */
function choose(
  candidates: readonly string[],
  event: string,
  types: TypeIndex,
  events: ReadonlySet<string>,
): CtxStruct | undefined {
  const unclaimed = candidates.filter((tag) => !events.has(tag.slice(prefix.length)));
  const left = unclaimed.length > 0 ? unclaimed : candidates;
  const [first] = left;
  if (first !== undefined && left.length === 1) return { name: first, alsoRight: [], step: 'layout' };

  const called = tracepointPrototype(types, event);
  const same = called === undefined ? [] : left.filter((tag) => hasPrototype(types, tag, called));
  const [match] = same;
  if (match !== undefined && same.length === 1) return { name: match, alsoRight: [], step: 'prototype' };

  // The name decides what is shown; the others have the same bytes, and one of them may be the kernel's choice.
  const rest = same.length > 0 ? same : left;
  const name = longestCommonPrefix(rest, event);
  return name === undefined
    ? undefined
    : { name, alsoRight: rest.filter((tag) => tag !== name), step: 'prefix' };
}

/** Of `btf_trace_<event>`, a pointer to the prototype of the event's probes. */
function tracepointPrototype(types: TypeIndex, event: string): FunctionPrototype | undefined {
  const typedef = types.typedef(`btf_trace_${event}`);
  const pointer = typedef && types.resolve(typedef);
  const target = pointer && types.target(pointer);
  return target && types.prototype(target);
}

/** Both take the probe's `void *__data` first. */
function hasPrototype(types: TypeIndex, tag: string, called: FunctionPrototype): boolean {
  const probe = types.func(`trace_event_raw_event_${tag.slice(prefix.length)}`);
  if (probe === undefined) return false;
  return parameters(types, probe) === parameters(types, called);
}

function parameters(types: TypeIndex, { parameters: all }: FunctionPrototype): string {
  return all
    .slice(1)
    .map(({ type }) => types.declaration(type, ''))
    .join();
}

function longestCommonPrefix(tags: readonly string[], event: string): string | undefined {
  let best: string | undefined;
  let longest = -1;
  for (const tag of tags) {
    const name = tag.slice(prefix.length);
    let length = 0;
    while (length < name.length && name[length] === event[length]) length++;
    if (length > longest) {
      longest = length;
      best = tag;
    }
  }
  return best;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
