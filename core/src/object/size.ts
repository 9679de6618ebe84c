import type { Btf } from '../btf/btf';
import { resolve, sizeOf } from '../btf/resolve';

/** Bytes; undefined where libbpf's btf__resolve_size() fails: of void, functions, declarations without a definition. */
export function resolvedSize(btf: Btf, id: number): number | undefined {
  let element = resolve(btf, id);
  // No type has more dimensions; an end for what refers to itself.
  for (let depth = 0; depth < 32 && /^(?:array|var)$/.test(btf.kind(element)); depth++) {
    element = resolve(btf, btf.type(element));
  }
  return /^(?:int|float|ptr|struct|union|enum|enum64|datasec)$/.test(btf.kind(element))
    ? sizeOf(btf, id)
    : undefined;
}
