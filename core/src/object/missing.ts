/** Why a relocation cannot be made: which part of it the kernel does not have. */
import type { Btf } from '../btf/btf';
import { resolve } from '../btf/resolve';
import { findAccess, isEnumBased, isTypeBased } from './access';
import type { Access } from './access';
import { essentialName } from './essential-name';
import type { Relocated } from './relocate';

export interface Missing {
  readonly what:
    | 'type'
    | 'member'
    | 'element'
    | 'enumerator'
    /** It is there, but libbpf takes it for something else. */
    | 'kind'
    /** It has another size, and cannot be loaded as if it had not. */
    | 'size';
  /** As the program calls it: `state`; of an element its number. */
  readonly name: string;
  /** Where it is looked for, with the kernel's name: `struct task_struct`. Empty for a struct without a name. */
  readonly owner: string;
}

/** Undefined where libbpf refuses the relocation itself. */
export function missingPart(
  { relocation, outcome, local, candidates }: Relocated,
  kernel: Btf,
): Missing | undefined {
  if (outcome.kind !== 'poison' || !local || !candidates) return undefined;
  const { btf, root, steps } = local;
  const owner = typeName(btf, resolve(btf, root));
  const last = steps.at(-1)?.name ?? '';
  if (outcome.why === 'size') return { what: 'size', name: last, owner };
  if (candidates.ids.length === 0) return { what: 'type', name: typeName(btf, root), owner: '' };
  if (isEnumBased(relocation.kind)) return { what: 'enumerator', name: essentialName(last), owner };
  if (isTypeBased(relocation.kind)) return undefined;
  // The first step that no type of the kernel takes.
  for (let count = 2; count <= steps.length; count++) {
    const step = steps[count - 1];
    if (!step || found(local, count, kernel, candidates.ids).length > 0) continue;
    if (step.name === undefined) return { what: 'element', name: String(step.index), owner: '' };
    const owners = found(local, count - 1, kernel, candidates.ids).map((access) =>
      reachedType(access, kernel),
    );
    const what = owners.some((id) => hasMember(kernel, id, step.name ?? '')) ? 'kind' : 'member';
    return { what, name: step.name, owner: typeName(btf, step.type) };
  }
  return undefined;
}

function found(local: Access, count: number, kernel: Btf, ids: readonly number[]): readonly Access[] {
  const part = { ...local, steps: local.steps.slice(0, count) };
  return ids.flatMap((id) => {
    const access = findAccess(part, 'field_byte_offset', kernel, id);
    return access === undefined || access === 'error' ? [] : [access];
  });
}

/** The type of what an access reads. */
function reachedType({ steps }: Access, kernel: Btf): number {
  const step = steps.at(-1);
  if (step === undefined) return 0;
  return step.name === undefined ? step.type : (kernel.members(step.type)[step.index]?.type ?? 0);
}

function hasMember(btf: Btf, id: number, name: string, depth = 0): boolean {
  return (
    depth < 32 &&
    btf
      .members(resolve(btf, id))
      .some((one) => one.name === name || (one.name === '' && hasMember(btf, one.type, name, depth + 1)))
  );
}

/** `struct task_struct`, without its flavour. */
function typeName(btf: Btf, id: number): string {
  const name = essentialName(btf.name(id));
  const kind = btf.kind(id);
  if (name === '') return '';
  return kind === 'struct' || kind === 'union'
    ? `${kind} ${name}`
    : kind.startsWith('enum')
      ? `enum ${name}`
      : name;
}
