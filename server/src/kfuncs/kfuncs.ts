/**
 * Kernel functions that BPF programs may call. Kernels since 6.10 tag them in their BTF (`bpf_kfunc`, by pahole); of older ones
 * it is only known which functions they have at all.
 */
import type { TypeIndex } from '#core/btf/types';

export interface Kfunc {
  readonly name: string;
  /** `struct task_struct *bpf_task_acquire(struct task_struct *p)` */
  readonly prototype: string;
  readonly parameters: readonly KfuncParameter[];
}

export interface KfuncParameter {
  readonly name: string;
  /** In the prototype. */
  readonly start: number;
  readonly end: number;
}

interface Known {
  readonly names: readonly string[];
  readonly all: ReadonlySet<string>;
}

/** A kernel's types are immutable. */
const found = new WeakMap<TypeIndex, Known>();

function known(types: TypeIndex): Known {
  let result = found.get(types);
  if (result === undefined) {
    const names = [...types.taggedFuncs('bpf_kfunc')].sort();
    found.set(types, (result = { names, all: new Set(names) }));
  }
  return result;
}

/** Sorted; empty where the kernel's BTF does not say. */
export const kfuncNames = (types: TypeIndex): readonly string[] => known(types).names;

/** Undefined where the kernel's BTF does not say it of any function. */
export function isKfunc(types: TypeIndex, name: string): boolean | undefined {
  const { all } = known(types);
  return all.size === 0 ? undefined : all.has(name);
}

/** The kernel lets programs call its functions at all. */
export const takesKfuncs = (types: TypeIndex): boolean => types.struct('bpf_kfunc_desc') !== undefined;

export const kfuncNamed = (types: TypeIndex, name: string): Kfunc | undefined =>
  isKfunc(types, name) ? functionNamed(types, name) : undefined;

/** Of any function of the kernel. */
export function functionNamed(types: TypeIndex, name: string): Kfunc | undefined {
  const func = types.func(name);
  if (func === undefined) return undefined;
  const { parameters, returns, variadic } = func;
  const declarations = parameters.map((parameter, n) =>
    types.declaration(parameter.type, parameter.name || `arg${n + 1}`),
  );
  const list = variadic ? [...declarations, '...'] : declarations;
  const prototype = types.declaration(returns, `${name}(${list.join(', ') || 'void'})`);
  let at = prototype.indexOf(`${name}(`) + name.length + 1;
  const places = declarations.map((declaration, n): KfuncParameter => {
    const start = at;
    at += declaration.length + 2;
    return { name: parameters[n]?.name ?? '', start, end: start + declaration.length };
  });
  return { name, prototype, parameters: places };
}
