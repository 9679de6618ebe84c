/**
 * From the indices of a relocation to a place in a type: of the program's own, then of the kernel's, member by member by
 * their names. Source: libbpf's relo_core.c, bpf_core_parse_spec() and bpf_core_spec_match().
 */
import type { Btf } from '../btf/btf';
import { resolve } from '../btf/resolve';
import type { CoreRelocation } from '../elf/btf-ext';
import { isEnum } from './candidates';
import { fieldsAreCompatible, isComposite, typesAreCompatible } from './compatible';
import { essentialName } from './essential-name';
import { typesMatch } from './matching';
import { membersOf } from './members';
import { resolvedSize } from './size';

/** One step: a member by its name, an element by its number, an enumerator. */
export interface Step {
  /** The struct that has the member; the element's type; the enum. */
  readonly type: number;
  readonly index: number;
  /** Undefined for an element. */
  readonly name?: string;
}

/** A relocation's place in a type, of the program or of a kernel. */
export interface Access {
  readonly btf: Btf;
  readonly root: number;
  /** Steps through members without a name are left out. */
  readonly steps: readonly Step[];
  readonly bitOffset: number;
}

export function isTypeBased(kind: CoreRelocation['kind']): boolean {
  return kind.startsWith('type_');
}

export function isEnumBased(kind: CoreRelocation['kind']): boolean {
  return kind.startsWith('enumval_');
}

const maxLength = 64;

/** Undefined where libbpf refuses the record. */
export function readAccess(btf: Btf, { typeId, access, kind }: CoreRelocation): Access | undefined {
  if (isTypeBased(kind)) return access === '0' ? { btf, root: typeId, steps: [], bitOffset: 0 } : undefined;
  if (kind === 'unknown' || !/^\d+(?::\d+)*$/.test(access)) return undefined;
  const indices = access.split(':').map(Number);
  const [first = 0, ...rest] = indices;
  let id = resolve(btf, typeId);
  if (indices.length > maxLength) return undefined;
  if (isEnumBased(kind)) {
    const name = btf.enumerators(id)[first]?.name;
    if (!isEnum(btf.kind(id)) || rest.length > 0 || name === undefined) return undefined;
    return { btf, root: typeId, steps: [{ type: id, index: first, name }], bitOffset: 0 };
  }
  const size = resolvedSize(btf, id);
  if (size === undefined) return undefined;
  let bitOffset = first * size * 8;
  const steps: Step[] = [{ type: id, index: first }];
  for (const index of rest) {
    id = resolve(btf, id);
    if (isComposite(btf, id)) {
      const member = membersOf(btf, id)[index];
      if (!member) return undefined;
      bitOffset += member.bitOffset;
      if (member.name !== '') steps.push({ type: id, index, name: member.name });
      id = member.type;
      continue;
    }
    const element = elementAt(btf, id, index, steps.at(-1));
    const elementSize = element === undefined ? undefined : resolvedSize(btf, element);
    if (element === undefined || elementSize === undefined) return undefined;
    bitOffset += index * elementSize * 8;
    steps.push({ type: element, index });
    id = element;
  }
  return { btf, root: typeId, steps, bitOffset };
}

/** The type of an array's element; undefined for what is no array, and past its end, unless it is a flexible one. */
function elementAt(btf: Btf, id: number, index: number, last: Step | undefined): number | undefined {
  const array = btf.array(id);
  if (!array || (index >= array.length && !isFlexible(btf, array.length, last))) return undefined;
  return resolve(btf, btf.type(id));
}

/** The last member of a struct, without a length. */
function isFlexible(btf: Btf, length: number, last: Step | undefined): boolean {
  return length === 0 && last?.name !== undefined && last.index === membersOf(btf, last.type).length - 1;
}

/** Undefined where this type of the kernel is not the one; `error` where libbpf gives up on the whole object. */
export function findAccess(
  local: Access,
  kind: CoreRelocation['kind'],
  target: Btf,
  candidate: number,
): Access | undefined | 'error' {
  if (isTypeBased(kind)) {
    const pair = { local: local.btf, localId: local.root, target, targetId: candidate };
    const answer = kind === 'type_matches' ? typesMatch(pair) : typesAreCompatible(pair);
    if (answer === 'error') return answer;
    return answer ? { btf: target, root: candidate, steps: [], bitOffset: 0 } : undefined;
  }
  if (isEnumBased(kind)) return findEnumerator(local, target, candidate);
  let id = candidate;
  let bitOffset = 0;
  const steps: Step[] = [];
  for (const [i, step] of local.steps.entries()) {
    id = resolve(target, id);
    if (step.name !== undefined) {
      const found = findMember(local.btf, step, target, id);
      if (!found) return undefined;
      bitOffset += found.bitOffset;
      steps.push(found.step);
      id = found.type;
      continue;
    }
    if (i > 0) {
      const element = elementAt(target, id, step.index, steps.at(-1));
      if (element === undefined) return undefined;
      id = element;
    }
    const size = resolvedSize(target, id);
    if (size === undefined) return 'error';
    bitOffset += step.index * size * 8;
    steps.push({ type: id, index: step.index });
  }
  return { btf: target, root: candidate, steps, bitOffset };
}

function findEnumerator({ steps }: Access, target: Btf, candidate: number): Access | undefined {
  const id = resolve(target, candidate);
  if (!isEnum(target.kind(id))) return undefined;
  const wanted = essentialName(steps[0]?.name ?? '');
  const index = target.enumerators(id).findIndex(({ name }) => essentialName(name) === wanted);
  if (index < 0) return undefined;
  const name = target.enumerators(id)[index]?.name ?? '';
  return { btf: target, root: candidate, steps: [{ type: id, index, name }], bitOffset: 0 };
}

interface FoundMember {
  readonly step: Step;
  readonly bitOffset: number;
  readonly type: number;
}

/** In anonymous members too. The first of the name decides: where its type does not fit, there is none. */
function findMember(
  local: Btf,
  step: Step,
  target: Btf,
  targetId: number,
  depth = 0,
): FoundMember | undefined {
  const id = resolve(target, targetId);
  if (depth > maxLength) return undefined;
  for (const [index, member] of membersOf(target, id).entries()) {
    if (member.name === '') {
      const inner = findMember(local, step, target, member.type, depth + 1);
      if (inner) return { ...inner, bitOffset: inner.bitOffset + member.bitOffset };
    } else if (member.name === step.name) {
      const localId = membersOf(local, step.type)[step.index]?.type ?? 0;
      if (!fieldsAreCompatible({ local, localId, target, targetId: member.type })) return undefined;
      return {
        step: { type: id, index, name: member.name },
        bitOffset: member.bitOffset,
        type: member.type,
      };
    }
  }
  return undefined;
}
