/**
 * What alignment a compiler gives a type, and what must be written for it to arrive at a known layout.
 * BTF has offsets and sizes alone; the rules are those of libbpf's src/btf_dump.c.
 */
import type { Btf, Member } from './btf';
import { MAX_DEPTH, resolve, sizeOf } from './resolve';

/** A struct or union, as a definition needs it. */
export interface Composite {
  readonly kind: 'struct' | 'union';
  /** Empty for an anonymous one. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly Member[];
}

/** The types of one BTF, with what was found out about them so far. */
export class Alignment {
  readonly #btf: Btf;
  readonly #known = new Map<number, number>();

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /** Bytes; 1 for what has no size. */
  ofType(id: number, depth = 0): number {
    const btf = this.#btf;
    id = resolve(btf, id);
    switch (btf.kind(id)) {
      case 'array':
        return depth < MAX_DEPTH ? this.ofType(btf.type(id), depth + 1) : 1;
      case 'struct':
      case 'union':
        return this.#ofCompositeType(id, depth);
      default:
        return Math.max(1, Math.min(sizeOf(btf, id), btf.pointerSize));
    }
  }

  /** Bytes, and whether the layout can only be that of a packed struct or union (which then has alignment 1). */
  ofComposite(composite: Composite, depth = 0): { readonly align: number; readonly packed: boolean } {
    let strictest = 1;
    let packed = false;
    for (const { type, bitOffset, bitSize } of composite.members) {
      const align = this.ofType(type, depth + 1);
      strictest = Math.max(strictest, align);
      packed ||= bitSize === undefined && bitOffset % (8 * align) !== 0;
    }
    packed ||= composite.size % strictest !== 0;
    return { align: packed ? 1 : strictest, packed };
  }

  #ofCompositeType(id: number, depth: number): number {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (depth >= MAX_DEPTH) return 1;
    // Until it is known: a struct that contains itself, which only corrupted data has.
    this.#known.set(id, 1);
    const btf = this.#btf;
    const kind = btf.kind(id) === 'union' ? 'union' : 'struct';
    const composite = { kind, name: '', size: btf.ownSize(id), members: btf.members(id) } as const;
    const { align } = this.ofComposite(composite, depth);
    this.#known.set(id, align);
    return align;
  }
}
