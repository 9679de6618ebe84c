/** The members of a struct as a program can name them: those of anonymous structs and unions are its own. */
import type { StructLayout, StructMember, TypeIndex, TypeRef } from '#core/btf/types';
import type { FieldDef } from '../analysis/model';
import type { Struct } from './type';

export interface KernelMember {
  readonly member: StructMember;
  /** Bits from the start of the outermost struct. */
  readonly bitOffset: number;
}

/** A struct or union of a kernel, with its members by name. */
export interface KernelStruct {
  readonly layout: StructLayout;
  readonly members: ReadonlyMap<string, KernelMember>;
}

interface Known {
  readonly byTag: Map<string, KernelStruct | undefined>;
  readonly byType: Map<number, KernelStruct | undefined>;
}

/** A kernel's types are immutable, so what is found in them can be kept as long as they live. */
const known = new WeakMap<TypeIndex, Known>();

function knownOf(types: TypeIndex): Known {
  const found = known.get(types) ?? { byTag: new Map(), byType: new Map() };
  known.set(types, found);
  return found;
}

export function structOfTag(types: TypeIndex, tag: string): KernelStruct | undefined {
  return remember(knownOf(types).byTag, tag, () => withMembers(types, types.struct(tag)));
}

/** Where the type is a struct or union. */
export function structOfType(types: TypeIndex, ref: TypeRef): KernelStruct | undefined {
  const { id } = types.resolve(ref);
  return remember(knownOf(types).byType, id, () => withMembers(types, types.layout(ref)));
}

function remember<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const value = memory.has(key) ? (memory.get(key) as V) : make();
  memory.set(key, value);
  return value;
}

function withMembers(types: TypeIndex, layout: StructLayout | undefined): KernelStruct | undefined {
  if (!layout) return undefined;
  const members = new Map<string, KernelMember>();
  for (const found of allMembers(types, layout)) {
    if (!members.has(found.member.name)) members.set(found.member.name, found);
  }
  return { layout, members };
}

const maxDepth = 8;

function* allMembers(types: TypeIndex, layout: StructLayout, base = 0, depth = 0): Generator<KernelMember> {
  for (const member of layout.members) {
    const bitOffset = base + member.bitOffset;
    if (member.name !== '') yield { member, bitOffset };
    else if (depth < maxDepth) {
      const inner = types.layout(member.type);
      if (inner) yield* allMembers(types, inner, bitOffset, depth + 1);
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
