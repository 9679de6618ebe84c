/** The members of a struct as a program can name them: those of anonymous structs and unions are its own. */
import type { StructLayout, StructMember, TypeIndex } from '#core/btf/types';
import type { FieldDef } from '../analysis/model';
import type { Struct } from './type';

export interface KernelMember {
  readonly member: StructMember;
  /** Bits from the start of the outermost struct. */
  readonly bitOffset: number;
}

const maxDepth = 8;

export function* kernelMembers(
  types: TypeIndex,
  layout: StructLayout,
  base = 0,
  depth = 0,
): Generator<KernelMember> {
  for (const member of layout.members) {
    const bitOffset = base + member.bitOffset;
    if (member.name !== '') yield { member, bitOffset };
    else if (depth < maxDepth) {
      const inner = types.layout(member.type);
      if (inner) yield* kernelMembers(types, inner, bitOffset, depth + 1);
    }
  }
}

export function* sourceMembers(fields: readonly FieldDef[]): Generator<FieldDef> {
  for (const field of fields) {
    if (field.name !== '') yield field;
    else if (field.inline) yield* sourceMembers(field.inline.fields);
  }
}

/** `struct task_struct`, or the kind alone where it has no name. */
export function structName(struct: Struct): string {
  const { kind, name } = struct.kind === 'kernel' ? struct.layout : struct.def;
  return name === '' ? `anonymous ${kind}` : `${kind} ${name}`;
}
