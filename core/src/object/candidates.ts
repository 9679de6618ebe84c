/** Types of a kernel that a type of the program may be. Source: libbpf's bpf_core_find_cands(). */
import type { Btf } from '../btf/btf';
import type { TypeKind } from '../btf/types';
import { essentialName } from './essential-name';

export interface Candidates {
  /** Ascending. */
  readonly ids: readonly number[];
  /** Of modules: libbpf looks there where vmlinux has none, and only into those that are loaded. */
  readonly inModules: boolean;
}

/** Kinds that stand for each other. */
export function compatibleKinds(a: TypeKind, b: TypeKind): boolean {
  return a === b || (isEnum(a) && isEnum(b));
}

export function isEnum(kind: TypeKind): boolean {
  return kind === 'enum' || kind === 'enum64';
}

const flavoursOf = new WeakMap<Btf, Map<TypeKind, ReadonlyMap<string, readonly number[]>>>();

/** @param kind of the program's type, whose name is not empty */
export function findCandidates(kernel: Btf, kind: TypeKind, name: string): Candidates {
  const essential = essentialName(name);
  const kinds: readonly TypeKind[] = isEnum(kind) ? ['enum', 'enum64'] : [kind];
  const all = kinds
    .flatMap((one) => [
      ...(essentialName(essential) === essential ? kernel.findAll(one, essential) : []),
      ...(flavours(kernel, one).get(essential) ?? []),
    ])
    .sort((a, b) => a - b);
  const ownEnd = kernel.files[0].endId;
  const own = all.filter((id) => id < ownEnd);
  return own.length > 0 ? { ids: own, inModules: false } : { ids: all, inModules: all.length > 0 };
}

/** A kernel's own types with a flavour in their names: a handful, by their essential names. */
function flavours(kernel: Btf, kind: TypeKind): ReadonlyMap<string, readonly number[]> {
  const known = flavoursOf.get(kernel) ?? new Map<TypeKind, ReadonlyMap<string, readonly number[]>>();
  flavoursOf.set(kernel, known);
  const found = known.get(kind) ?? findFlavours(kernel, kind);
  known.set(kind, found);
  return found;
}

function findFlavours(kernel: Btf, kind: TypeKind): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const name of kernel.namesWith(kind, '___')) {
    const essential = essentialName(name);
    if (essential === name) continue;
    found.set(essential, [...(found.get(essential) ?? []), ...kernel.findAll(kind, name)]);
  }
  return found;
}
