/** Compares what a format says of an event's record with a struct that is read over it. */
import type { StructLayout } from '../btf/types';
import type { FormatField, TracepointFormat } from './model';

export interface LayoutMismatch {
  readonly field: FormatField;
  /** Where the struct has a member of this name, or, compared by place, one that overlaps the field. */
  readonly member?: { readonly name: string; readonly offset: number; readonly size: number };
}

/**
 * The event's own fields that the struct does not have. `name`: with the same name, offset and size, for the kernel's
 * structs and whatever libbpf relocates by name. `place`: with the same offset and size, for hand-written structs.
 */
export function layoutMismatches(
  format: TracepointFormat,
  struct: StructLayout,
  by: 'name' | 'place',
): readonly LayoutMismatch[] {
  const members = struct.members
    .filter((member) => member.bitSize === undefined && member.bitOffset % 8 === 0)
    .map(({ name, bitOffset, size }) => ({ name, offset: bitOffset / 8, size }));
  return format.fields.flatMap((field): LayoutMismatch[] => {
    const placed = members.filter((m) => m.offset === field.offset && m.size === field.size);
    if (placed.some((m) => by === 'place' || m.name === field.memberName)) return [];
    const member = members.find((m) =>
      by === 'name'
        ? m.name === field.memberName
        : m.offset < field.offset + field.size && field.offset < m.offset + m.size,
    );
    return [member === undefined ? { field } : { field, member }];
  });
}

/** Equal for two layouts whose members have the same names, offsets and sizes in the same order. */
export function formatSignature({ fields }: TracepointFormat): string {
  let signature = '';
  for (const { memberName, offset, size } of fields) signature += `${memberName}@${offset}:${size};`;
  return signature;
}

/** Of a `trace_event_raw_` struct, without what no program reads: `ent` (or `common_…`) and the flexible `__data`. */
export function structSignature({ members }: StructLayout): string {
  let signature = '';
  for (const { name, bitOffset, size } of members) {
    if (name === 'ent' || name === '__data' || name.startsWith('common_')) continue;
    signature += `${name}@${bitOffset / 8}:${size};`;
  }
  return signature;
}
