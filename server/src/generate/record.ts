/** The layout of a record: what a compiler would do, with every byte accounted for. */
import type { StructDef } from '../analysis/model';
import type { RecordMember } from './model';

export interface RecordLayout {
  readonly members: readonly RecordMember[];
  readonly size: number;
  /** What the compiler knows of its address. */
  readonly align: number;
}

/** clang writes out a memset in at most so many stores, and cannot call one. */
export const maxStores = 128;

/**
 * Members by alignment, largest first, so that none needs padding before it; those of one alignment stay in order.
 * What is missing at the end becomes a member: bytes that nobody wrote must not leave the kernel.
 */
export function layOut(members: readonly RecordMember[]): RecordLayout {
  const sorted = members.toSorted((a, b) => b.align - a.align);
  const end = sorted.reduce((sum, { size }) => sum + size, 0);
  const natural = sorted[0]?.align ?? 1;
  // Strings alone: by bytes, a long one could not be cleared.
  const align = natural === 1 && end > maxStores ? 8 : natural;
  const size = Math.ceil(end / align) * align;
  if (size === end) return { members: sorted, size, align };
  let name = 'pad';
  while (members.some((member) => member.name === name)) name += '_';
  return { members: [...sorted, padding(name, end, size - end)], size, align };
}

function padding(name: string, at: number, bytes: number): RecordMember {
  const common = { name, size: bytes, shown: 'unsigned', padding: true } as const;
  if ((bytes === 1 || bytes === 2 || bytes === 4) && at % bytes === 0)
    return { ...common, type: `__u${bytes * 8}`, align: bytes };
  return { ...common, type: '__u8', length: bytes, align: 1 };
}

/** `__u32 mode;`, `char filename[256];` */
export function declarationOf({
  type,
  name,
  length,
}: Pick<RecordMember, 'type' | 'name' | 'length'>): string {
  const declarator = type.endsWith('*') ? `${type}${name}` : `${type} ${name}`;
  return length === undefined ? `${declarator};` : `${declarator}[${length}];`;
}

export function structText(tag: string, { members, align }: Pick<RecordLayout, 'members' | 'align'>): string {
  const attribute = align > (members[0]?.align ?? 1) ? ` __attribute__((aligned(${align})))` : '';
  return [`struct ${tag} {`, ...members.map((member) => `\t${declarationOf(member)}`), `}${attribute};`].join(
    '\n',
  );
}

/** Whether a struct that is there already is laid out just so. */
export function isSameStruct(found: StructDef, members: readonly RecordMember[]): boolean {
  if (found.kind !== 'struct' || found.packed || found.otherLayoutAttribute) return false;
  return (
    found.fields.length === members.length &&
    found.fields.every(({ name, type, dimensions }, i) => {
      const member = members[i];
      const length = member?.length === undefined ? '' : String(member.length);
      return name === member?.name && type === member.type && dimensions.join() === length;
    })
  );
}
