/** Sizes of C types on the BPF target (LP64: `long` and pointers are 8 bytes on every architecture). */

const builtin: Readonly<Record<string, number>> = {
  _Bool: 1,
  bool: 1,
  char: 1,
  short: 2,
  int: 4,
  long: 8,
  float: 4,
  double: 8,
  __int128: 16,
};

/** Names that mean the same in every kernel, so that they need no header to be found. */
const kernelTypedefs: Readonly<Record<string, number>> = {
  __u8: 1,
  __s8: 1,
  u8: 1,
  s8: 1,
  uint8_t: 1,
  int8_t: 1,
  __u16: 2,
  __s16: 2,
  u16: 2,
  s16: 2,
  uint16_t: 2,
  int16_t: 2,
  __be16: 2,
  __le16: 2,
  umode_t: 2,
  __u32: 4,
  __s32: 4,
  u32: 4,
  s32: 4,
  uint32_t: 4,
  int32_t: 4,
  __be32: 4,
  __le32: 4,
  pid_t: 4,
  uid_t: 4,
  gid_t: 4,
  dev_t: 4,
  gfp_t: 4,
  __kernel_pid_t: 4,
  __u64: 8,
  __s64: 8,
  u64: 8,
  s64: 8,
  uint64_t: 8,
  int64_t: 8,
  __be64: 8,
  __le64: 8,
  size_t: 8,
  ssize_t: 8,
  loff_t: 8,
  uintptr_t: 8,
  intptr_t: 8,
  ino_t: 8,
  sector_t: 8,
};

const qualifiers = /\b(?:const|volatile|restrict|__restrict|signed|unsigned|extern|register)\b/g;

/**
 * Bytes of a type name such as `unsigned long long`, `pid_t` or `enum foo`, or undefined where it is not a scalar
 * that this table knows. Pointers are for the caller.
 */
export function scalarSize(type: string): number | undefined {
  const bare = type.replace(qualifiers, ' ').trim().replace(/\s+/g, ' ');
  // `unsigned`, `signed const`
  if (bare === '') return /\b(?:un)?signed\b/.test(type) ? 4 : undefined;
  if (bare.startsWith('enum ')) return 4;
  if (/^(?:long int|long long|long long int|int long)$/.test(bare)) return 8;
  if (bare === 'short int') return 2;
  return lookup(builtin, bare) ?? lookup(kernelTypedefs, bare);
}

function lookup(table: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
