/** What libbpf compares of two members before it takes one for the other: bpf_core_fields_are_compat(). */
import type { TypeIndex, TypeRef } from '#core/btf/types';
import type { FieldDef } from '../analysis/model';

/** `int`, `ptr`, `enum lru_list`, `array of int`; sizes and signs do not matter. */
export function coreKind(types: TypeIndex, type: TypeRef): string {
  const resolved = types.resolve(type);
  const kind = types.kind(resolved);
  if (kind === 'enum' || kind === 'enum64') return `enum ${types.name(resolved)}`;
  if (kind === 'union') return 'struct';
  const element = kind === 'array' ? types.target(resolved) : undefined;
  return element === undefined ? kind : `array of ${coreKind(types, element)}`;
}

/** Of a declaration in C, where it says so by itself: a typedef may be anything. */
export function declaredKind({ type, isPointer, dimensions }: FieldDef): string | undefined {
  if (dimensions.length > 0) return undefined;
  if (isPointer) return 'ptr';
  const words = type.replace(/\b(?:const|volatile)\b/g, '').trim();
  if (/^(?:struct|union)\b/.test(words)) return 'struct';
  if (/^enum \w+$/.test(words)) return words;
  return /^(?:(?:un)?signed|char|short|int|long|bool|_Bool|(?:__)?[us](?:8|16|32|64)|\s)+$/.test(words)
    ? 'int'
    : undefined;
}

/** An enum without a name may be any. */
export function isCompatible(a: string, b: string): boolean {
  const isEnum = (kind: string) => kind.startsWith('enum ');
  return a === b || (isEnum(a) && isEnum(b) && (a === 'enum ' || b === 'enum '));
}
