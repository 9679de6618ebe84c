/**
 * How other kernels lay an event out, next to the target: which of its structs they call otherwise, and which fields
 * they keep in another member, in another size, or not at all.
 */
import type { TypeIndex, TypeRef } from '#core/btf/types';
import type { TracepointFormat } from '#core/kernel/model';
import { coreKind } from '../ctx/core-kind';
import type { KernelView } from '../view';
import { planField, type FieldPlan } from './field';
import { identifier } from './names';
import { scalarOf } from './scalar';

/** One of the kernels, asked for the fields that a program reads. */
export interface Variant {
  /** `v5_10`: of the kernel's release. */
  readonly label: string;
  readonly release: string;
  readonly tag: string;
  readonly types: TypeIndex;
  /** The field that the target's plan of this index reads, as this kernel has it. */
  readonly fields: readonly (VariantField | undefined)[];
}

export interface VariantField {
  readonly plan: FieldPlan;
  readonly kind: string;
  /** How a struct of the program's own declares the member, so that libbpf finds it; undefined where it cannot. */
  readonly declaration: string | undefined;
}

/**
 * The event as this kernel has it; undefined where it has no event, no format or no struct for it.
 * @param target whose types the program's file has
 */
export function variantOf(
  kernel: KernelView,
  event: TracepointFormat,
  plans: readonly FieldPlan[],
  target: KernelView,
): Variant | undefined {
  const { index } = kernel;
  const format = index.format(event.category, event.name);
  const tag = format && kernel.ctxStruct(format)?.name;
  if (format === undefined || tag === undefined) return undefined;
  const members = index.types.struct(tag)?.members ?? [];
  const fields = plans.map(({ field, members: [member] }): VariantField | undefined => {
    const found = format.fields.find(({ name }) => name === field.name);
    const plan = found && planField(format, found, member.name, index.types);
    const type = plan && members.find(({ name }) => name === plan.path)?.type;
    if (plan === undefined || type === undefined) return undefined;
    const kind = coreKind(index.types, type);
    const known = target.index.types;
    const isUnknownEnum = kind.startsWith('enum ') && known.enumeration(kind.slice(5)) === undefined;
    const declaration = isUnknownEnum ? undefined : declarationOf(index.types, type, plan.path);
    return { plan, kind, declaration };
  });
  const { release } = index.provenance;
  return { label: labelOf(release), release, tag, types: index.types, fields };
}

function labelOf(release: string): string {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return major === undefined || minor === undefined ? 'other' : `v${major}_${minor}`;
}

function declarationOf(types: TypeIndex, type: TypeRef, name: string): string | undefined {
  const resolved = types.resolve(type);
  switch (types.kind(resolved)) {
    case 'int': {
      const { size, signed } = types.integer(resolved) ?? { size: 0, signed: false };
      const word = types.name(resolved) === 'char' ? 'char' : scalarOf(size, signed).type;
      return `${word} ${name}`;
    }
    case 'ptr':
      return `void *${name}`;
    case 'enum': {
      const tag = types.name(resolved);
      return tag === '' ? undefined : `enum ${tag} ${name}`;
    }
    case 'array': {
      const element = types.target(resolved);
      const length = types.arrayLength(resolved);
      if (element === undefined || length === undefined || types.kind(types.resolve(element)) !== 'int')
        return undefined;
      return declarationOf(types, element, `${identifier(name)}[${length}]`);
    }
    default:
      return undefined;
  }
}

/** Whether the code that reads `a` reads `b` too, once libbpf has put the offset and the size right. */
export function isReadAlike(a: VariantField, b: VariantField): boolean {
  if (a.plan.path !== b.plan.path || a.kind !== b.kind || a.plan.read.by !== b.plan.read.by) return false;
  const [read, other] = [a.plan.read, b.plan.read];
  if (read.by === 'value' && other.by === 'value') {
    // libbpf does not widen what has a sign.
    const isSame = read.scalar.size === other.scalar.size;
    return isSame || (!read.scalar.signed && !other.scalar.signed && !a.kind.startsWith('enum'));
  }
  if (read.by === 'array' && other.by === 'array') return a.plan.members[0].type === b.plan.members[0].type;
  return read.by !== 'object' || a.plan.field.size === b.plan.field.size;
}

/** Whether what `b` reads can go into the member that `a` fills. */
export function isSameValue(a: FieldPlan, b: FieldPlan): boolean {
  const family = ({ read, members: [member] }: FieldPlan) => {
    if (read.by === 'value' || read.by === 'copied-value') return 'value';
    return read.by.includes('string') ? 'string' : `${read.by} ${member.type}`;
  };
  return family(a) === family(b);
}

/** The plan, with its members as large as the largest of those of other kernels. */
export function widened(plan: FieldPlan, others: readonly FieldPlan[]): FieldPlan {
  const [member, ...rest] = plan.members;
  const sizes = others.filter((other) => isSameValue(plan, other)).map((other) => other.members[0].size);
  const size = Math.max(member.size, ...sizes);
  if (size === member.size) return plan;
  if (member.length !== undefined) {
    const length = (member.length * size) / member.size;
    return { ...plan, members: [{ ...member, length, size }, ...rest] };
  }
  const { type, size: bytes } = scalarOf(size, member.shown === 'signed');
  return { ...plan, members: [{ ...member, type, size: bytes, align: bytes }, ...rest] };
}
