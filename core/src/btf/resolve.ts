/**
 * What follows from chains of types. Every chain is cut after MAX_DEPTH steps, so that cycles in corrupted
 * data end; libbpf has the same bound (MAX_RESOLVE_DEPTH).
 */
import { VOID } from './btf';
import type { Btf } from './btf';
import type { TypeGraph } from './type-graph';

export const MAX_DEPTH = 32;

/** The first type of the chain that is no typedef, qualifier or type tag; VOID for an endless chain. */
export function resolve(btf: Pick<TypeGraph, 'kind' | 'type'>, id: number): number {
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    switch (btf.kind(id)) {
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
        id = btf.type(id);
        break;
      default:
        return id;
    }
  }
  return VOID;
}

/** Bytes that a value of this type takes; 0 where that is unknown. */
export function sizeOf(btf: TypeGraph, id: number): number {
  let elements = 1;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    id = resolve(btf, id);
    switch (btf.kind(id)) {
      case 'array':
        elements *= btf.array(id)?.length ?? 0;
        id = btf.type(id);
        break;
      case 'var':
        id = btf.type(id);
        break;
      default: {
        const size = elements * (btf.kind(id) === 'ptr' ? btf.pointerSize : btf.ownSize(id));
        return Number.isSafeInteger(size) ? size : 0;
      }
    }
  }
  return 0;
}

/** The texts of `btf_type_tag` between a type and what it resolves to, outermost first. */
export function typeTags(btf: Btf, id: number): string[] {
  const tags: string[] = [];
  const end = resolve(btf, id);
  for (let depth = 0; id !== end && depth < MAX_DEPTH; depth++) {
    if (btf.kind(id) === 'type_tag' && !btf.flag(id)) tags.push(btf.name(id));
    id = btf.type(id);
  }
  return tags;
}

/** The prototype behind a function, a prototype, or a pointer to one; VOID where there is none. */
export function prototypeOf(btf: Btf, id: number): number {
  id = resolve(btf, id);
  const kind = btf.kind(id);
  if (kind === 'func' || kind === 'ptr') id = resolve(btf, btf.type(id));
  return btf.kind(id) === 'func_proto' ? id : VOID;
}
