/**
 * The kinds of BTF and how long their records are. Source: include/uapi/linux/btf.h.
 * A record is `{ name_off, info, size_or_type }`, then what its kind adds; all of it 32-bit words.
 */
import type { TypeKind } from './types';

/** `KINDS[n]` is the name of BTF_KIND number n; 0 is no record, and stands for void. */
export const KINDS: readonly TypeKind[] = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
];

/** Words every record begins with. */
export const RECORD_WORDS = 3;
/** Words that follow them once, by kind: the encoding of an int, the btf_array, a var's linkage, a decl_tag's index. */
const ONCE_WORDS = [0, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];
/** Words that follow them `vlen` times, by kind: members, enumerators, parameters, variables of a section. */
const ITEM_WORDS = [0, 0, 0, 0, 3, 3, 2, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3];

// `info`: bits 0-15 vlen, bits 24-28 kind, bit 31 kind_flag.
export const kindNumber = (info: number): number => (info >>> 24) & 0x1f;
export const vlen = (info: number): number => info & 0xffff;
export const kindFlag = (info: number): boolean => info >>> 31 === 1;

/** Words of the whole record, or 0 where the kind is none that we know (its length is then unknown too). */
export function recordWords(info: number): number {
  const kind = kindNumber(info);
  const once = ONCE_WORDS[kind];
  if (kind === 0 || once === undefined) return 0;
  return RECORD_WORDS + once + (ITEM_WORDS[kind] ?? 0) * vlen(info);
}
