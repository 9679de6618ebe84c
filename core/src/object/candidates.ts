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

/** By essential names. */
type Flavours = ReadonlyMap<string, readonly number[]>;
const flavoursOf = new WeakMap<Btf, Flavours>();

/** @param kind of the program's type, whose name is not empty */
export function findCandidates(kernel: Btf, kind: TypeKind, name: string): Candidates {
  const essential = essentialName(name);
  const kinds: readonly TypeKind[] = isEnum(kind) ? ['enum', 'enum64'] : [kind];
  const all = kinds
    .flatMap((one) => [
      ...(essentialName(essential) === essential ? kernel.findAll(one, essential) : []),
      ...(flavours(kernel).get(essential) ?? []).filter((id) => kernel.kind(id) === one),
    ])
    .sort((a, b) => a - b);
  const ownEnd = kernel.files[0].endId;
  const own = all.filter((id) => id < ownEnd);
  return own.length > 0 ? { ids: own, inModules: false } : { ids: all, inModules: all.length > 0 };
}

/** A kernel's own types with a flavour in their names: a handful. */
function flavours(kernel: Btf): Flavours {
  const known = flavoursOf.get(kernel);
  if (known) return known;
  const found = new Map<string, number[]>();
  for (const id of kernel.idsWith('___')) {
    const name = kernel.name(id);
    const essential = essentialName(name);
    if (essential === name) continue;
    found.set(essential, [...(found.get(essential) ?? []), id]);
  }
  flavoursOf.set(kernel, found);
  return found;
}
