/**
 * Variables of a kernel that its BTF describes: those of which programs may take the address by name and type. pahole writes the
 * per-CPU ones, and of the others none unless it is told to.
 */
import type { TypeIndex } from '#core/btf/types';

export interface Variable {
  readonly name: string;
  /** `struct rq runqueues` */
  readonly declaration: string;
  /** Bytes; 0 where unknown. */
  readonly size: number;
  readonly isPerCpu: boolean;
}

interface Known {
  readonly names: readonly string[];
  /** Ids of those in a data section of per-CPU variables. */
  readonly perCpu: ReadonlySet<number>;
}

/** A kernel's types are immutable. */
const found = new WeakMap<TypeIndex, Known>();

function known(types: TypeIndex): Known {
  let result = found.get(types);
  if (result === undefined) {
    const { btf } = types;
    const perCpu = btf.findAll('datasec', '.data..percpu').flatMap((id) => btf.sectionVariables(id));
    const names = [...btf.names('var')].sort();
    found.set(types, (result = { names, perCpu: new Set(perCpu.map(({ type }) => type)) }));
  }
  return result;
}

/** Sorted. */
export const variableNames = (types: TypeIndex): readonly string[] => known(types).names;

export function variableNamed(types: TypeIndex, name: string): Variable | undefined {
  const { btf } = types;
  const id = btf.find('var', name);
  if (id === 0) return undefined;
  const type = { types, id: btf.type(id) };
  return {
    name,
    declaration: types.declaration(type, name),
    size: types.size(type),
    isPerCpu: known(types).perCpu.has(id),
  };
}

/** How programs declare it. */
export const externText = ({ declaration }: Variable, weak = false): string =>
  `extern ${/^const\b/.test(declaration) ? '' : 'const '}${declaration} __ksym${weak ? ' __weak' : ''};`;
