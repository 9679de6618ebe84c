/** Which integer carries a field, and how people read it. */
import type { TypeIndex } from '#core/btf/types';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import { fieldFacts } from '#core/kernel/fields';
import { parsePrintFmt } from '#core/kernel/print-fmt';
import type { RecordMember } from './model';

export interface Scalar {
  /** One of `__u8` to `__s64`. */
  readonly type: string;
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly pointer: boolean;
}

/** The integer of so many bytes; of 8 for sizes that C has none of. */
export function scalarOf(size: number, signed: boolean, pointer = false): Scalar {
  const bytes = size === 1 || size === 2 || size === 4 ? size : 8;
  return { type: `__${signed ? 's' : 'u'}${bytes * 8}`, size: bytes, signed, pointer };
}

/**
 * What an argument of a syscall was declared as. Its field in the record always has 8 bytes and no sign, and the bits
 * above the declared type are whatever the caller had in the register.
 */
export function argumentScalar(type: string, types: TypeIndex): Scalar {
  const word = type
    .replace(/\b(?:const|volatile)\b/g, '')
    .trim()
    .replace(/\s+/g, ' ');
  const basic = basicTypes.get(word);
  if (basic !== undefined) return basic;
  if (word.startsWith('enum ')) return scalarOf(4, false);
  const named = types.typedef(word);
  if (named !== undefined) {
    const integer = types.integer(named);
    if (integer !== undefined) return scalarOf(integer.size, integer.signed);
    if (types.kind(types.resolve(named)) === 'ptr') return scalarOf(8, false, true);
  }
  return scalarOf(8, false);
}

/** The types that syscalls are declared with, on a target of 64 bits, by bytes and sign. */
const typesBySize: readonly (readonly [size: number, signed: boolean, names: readonly string[]])[] = [
  [1, false, ['unsigned char', 'u8', '__u8', 'uint8_t', 'bool']],
  [2, true, ['short', 's16', '__s16', 'int16_t']],
  [2, false, ['unsigned short', 'umode_t', 'u16', '__u16', 'uint16_t']],
  [
    4,
    true,
    ['int', 's32', '__s32', 'int32_t', 'pid_t', 'key_t', 'key_serial_t', 'clockid_t', 'mqd_t', 'timer_t'],
  ],
  [4, false, ['unsigned int', 'unsigned', 'u32', '__u32', 'uint32_t', 'uid_t', 'gid_t', 'qid_t']],
  [8, true, ['long', 'long long', 's64', '__s64', 'int64_t', 'loff_t', 'off_t', 'ssize_t']],
  [8, false, ['unsigned long', 'unsigned long long', 'u64', '__u64', 'uint64_t', 'size_t', 'aio_context_t']],
];

const basicTypes: ReadonlyMap<string, Scalar> = new Map(
  typesBySize.flatMap(([size, signed, names]) =>
    names.map((name) => [name, scalarOf(size, signed)] as const),
  ),
);

/** How a number is best shown: as the kernel prints it, or as its type and name tell. */
export function shownAs(format: TracepointFormat, field: FormatField, scalar: Scalar): RecordMember['shown'] {
  if (scalar.pointer) return 'pointer';
  if (field.type === 'umode_t' || field.type === 'mode_t') return 'octal';
  const plain = scalar.signed ? 'signed' : 'unsigned';
  // The kernel prints every argument of a syscall in hex.
  if (fieldFacts(format, field).argument !== undefined)
    return /^(?:o?flags|.*_flags|mask|prot|clone_flags)$/.test(field.name) ? 'hex' : plain;
  switch (conversionOf(format, field)) {
    case 'x':
    case 'X':
      return 'hex';
    case 'o':
      return 'octal';
    case 'p':
      return scalar.size === 8 ? 'pointer' : 'hex';
    default:
      return plain;
  }
}

/** The letter of the conversion by which the event's own text prints this field, where it prints it as it is. */
function conversionOf({ printFmt }: TracepointFormat, { name }: FormatField): string | undefined {
  const { format, args } = parsePrintFmt(printFmt).value;
  const conversions = [
    ...format.matchAll(/%(?:%|[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|t|j)?([a-zA-Z]))/g),
  ].flatMap(([, letter]) => (letter === undefined ? [] : [letter]));
  const position = args.findIndex(({ text }) => plainRead.exec(text)?.[1] === name);
  return position < 0 || format.includes('*') ? undefined : conversions[position];
}

/** `REC->x`, possibly behind casts and in parentheses. */
const plainRead = /^\(*(?:\((?:[\w ]|\*)+\)\s*)*\(*\s*REC->(\w+)\)*$/;
