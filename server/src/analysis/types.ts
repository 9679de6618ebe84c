/** What a written C type points to, as far as a ctx is concerned. */
import type { Token } from './lexer';
import type { Span } from './model';

export interface WrittenType {
  readonly base: BaseType;
  readonly pointers: number;
}

export type BaseType =
  /** `struct name`, or with `tag` false a word that may be a typedef of this file. */
  | { readonly kind: 'struct'; readonly name: string; readonly span: Span; readonly tag: boolean }
  | { readonly kind: 'void' }
  | { readonly kind: 'scalar'; readonly size: 1 | 2 | 4 | 8 }
  | { readonly kind: 'other' };

const sizes: ReadonlyMap<string, 1 | 2 | 4 | 8> = new Map(
  (
    [
      [1, 'char signed_char unsigned_char u8 __u8 s8 __s8 uint8_t int8_t bool _Bool'],
      [2, 'short unsigned_short u16 __u16 s16 __s16 uint16_t int16_t __be16 __le16 umode_t'],
      [
        4,
        'int unsigned unsigned_int signed u32 __u32 s32 __s32 uint32_t int32_t __be32 pid_t dev_t uint gid_t uid_t',
      ],
      [
        8,
        'long unsigned_long long_long unsigned_long_long u64 __u64 s64 __s64 uint64_t int64_t size_t ssize_t',
      ],
      [
        8,
        'long_unsigned long_int long_unsigned_int long_long_int long_long_unsigned uintptr_t intptr_t ulong',
      ],
      [8, 'long_long_unsigned_int unsigned_long_int unsigned_long_long_int __kernel_size_t'],
    ] as const
  ).flatMap(([size, names]) => names.split(' ').map((name) => [name, size] as const)),
);

/** `u64`, `__be16`, `size_t`; of one word. */
export function isScalarName(name: string): boolean {
  return sizes.has(name);
}

const ignored = /^(?:const|volatile|restrict|__restrict|register|static|extern|inline)$/;

/** Reads specifiers and stars; anything else makes the type `other`. */
export function writtenType(tokens: readonly Token[]): WrittenType {
  const words = tokens.filter((token) => token.kind === 'word' && !ignored.test(token.text));
  const pointers = tokens.filter((token) => token.text === '*').length;
  const strange = tokens.some((token) => token.kind !== 'word' && token.text !== '*');
  return { base: strange ? { kind: 'other' } : baseType(words), pointers };
}

function baseType(words: readonly Token[]): BaseType {
  const [first, second, ...more] = words;
  if (!first) return { kind: 'other' };
  if (first.text === 'struct' && second && more.length === 0) {
    return { kind: 'struct', name: second.text, span: { start: second.start, end: second.end }, tag: true };
  }
  if (first.text === 'void' && !second) return { kind: 'void' };
  const size = sizes.get(words.map((word) => word.text).join('_'));
  if (size !== undefined) return { kind: 'scalar', size };
  if (second || /^(?:struct|union|enum|float|double)$/.test(first.text)) return { kind: 'other' };
  return { kind: 'struct', name: first.text, span: { start: first.start, end: first.end }, tag: false };
}

/** Bytes of a scalar or a pointer on the BPF machine. */
export function bytesOf({ base, pointers }: WrittenType): number | undefined {
  if (pointers > 0) return 8;
  return base.kind === 'scalar' ? base.size : undefined;
}
