/**
 * The types of an object's debug information (`.debug_info`), in the form of BTF. Clang's BTF leaves out what only
 * local variables have: the struct that a program sends through a ring buffer is in most objects here alone.
 *
 * An id is the offset of the type's entry times 16; the lowest four bits are the dimension of an array.
 */
import type { Enumerator, Member } from '../../btf/btf';
import type { TypeGraph } from '../../btf/type-graph';
import type { TypeKind } from '../../btf/types';
import type { Parsed, Problem } from '../../result';
import { Bytes } from '../bytes';
import { sectionNamed } from '../elf';
import type { ElfFile } from '../elf';
import { relocationsOf } from '../reader';
import { ENCODING, TAG } from './constants';
import { readEntries } from './entries';
import type { Entries } from './entries';
import type { Entry } from './entry';
import type { DebugSections } from './forms';

const VOID = 0;
const DIMENSIONS = 16;

const KINDS: ReadonlyMap<number, TypeKind> = new Map<number, TypeKind>([
  [TAG.array, 'array'],
  [TAG.pointer, 'ptr'],
  [TAG.subroutine, 'func_proto'],
  [TAG.typedef, 'typedef'],
  [TAG.const, 'const'],
  [TAG.atomic, 'const'],
  [TAG.volatile, 'volatile'],
  [TAG.restrict, 'restrict'],
]);

const FUNCTION_PARTS: readonly number[] = [TAG.subprogram, TAG.lexicalBlock, TAG.inlined];

/** Empty where the object has no debug information. */
export function readDebugTypes(elf: ElfFile): Parsed<DebugTypes> {
  const problems: Problem[] = [];
  const bytes = (name: string) => new Bytes(relocated(elf, name), elf.littleEndian);
  const sections: DebugSections = {
    info: bytes('.debug_info'),
    abbreviations: bytes('.debug_abbrev'),
    strings: bytes('.debug_str'),
    lineStrings: bytes('.debug_line_str'),
    stringOffsets: bytes('.debug_str_offsets'),
  };
  const entries = readEntries(sections);
  problems.push(...entries.problems);
  return { value: new DebugTypes(entries.value, elf.littleEndian), problems };
}

/** The section with what its relocations add. In an object from clang that is nothing: they are to section starts. */
function relocated(elf: ElfFile, name: string): Uint8Array {
  const section = sectionNamed(elf, name);
  if (section === undefined) return new Uint8Array(0);
  const debug = elf.sections.flatMap(({ index, name: own }) => (own.startsWith('.debug_') ? [index] : []));
  if (!elf.symbols.some((symbol) => symbol.value !== 0 && debug.includes(symbol.section)))
    return section.data;
  const copy = section.data.slice();
  const view = new DataView(copy.buffer);
  for (const { offset, symbol } of relocationsOf(elf, section)) {
    if (offset + 4 > copy.length) continue;
    view.setUint32(offset, view.getUint32(offset, elf.littleEndian) + symbol.value, elf.littleEndian);
  }
  return copy;
}

export class DebugTypes implements TypeGraph {
  readonly pointerSize = 8;
  readonly littleEndian: boolean;
  readonly #entries: Entries;
  readonly #read = new Map<number, Entry>();

  constructor(entries: Entries, littleEndian: boolean) {
    this.#entries = entries;
    this.littleEndian = littleEndian;
  }

  get empty(): boolean {
    return this.#entries.count === 0;
  }

  /** Structs, unions and typedefs, in the order of the file. */
  *named(): Generator<number> {
    for (let index = 0; index < this.#entries.count; index++) {
      const tag = this.#entries.tag(index);
      if (tag === TAG.struct || tag === TAG.union || tag === TAG.typedef) yield this.#id(index);
    }
  }

  /**
   * The types of the parameters and local variables of functions, also of those that were inlined into them; for
   * pointers, of what they point to. Each once.
   * @param functions by their names; all where absent
   */
  *locals(functions?: ReadonlySet<string>): Generator<number> {
    const entries = this.#entries;
    const seen = new Set<number>();
    for (let index = 0; index < entries.count; index++) {
      if (entries.tag(index) !== TAG.subprogram) continue;
      if (functions && !functions.has(this.#originated(index).name)) continue;
      for (let inner = index + 1; inner < entries.end(index); inner++) {
        const tag = entries.tag(inner);
        if (tag !== TAG.variable && tag !== TAG.parameter) continue;
        if (!FUNCTION_PARTS.includes(entries.tag(entries.parent(inner)))) continue;
        const { type } = this.#originated(inner);
        if (seen.has(type)) continue;
        seen.add(type);
        const id = this.#unqualified(type * DIMENSIONS);
        yield this.kind(id) === 'ptr' ? this.#unqualified(this.type(id)) : id;
      }
    }
  }

  kind(id: number): TypeKind {
    const tag = this.#entries.tag(this.#index(id));
    switch (tag) {
      case TAG.base:
        return this.#entry(id).encoding === ENCODING.float ? 'float' : 'int';
      case TAG.struct:
        return this.#entry(id).declaration ? 'fwd' : 'struct';
      case TAG.union:
        return this.#entry(id).declaration ? 'fwd' : 'union';
      case TAG.enumeration:
        return this.#entry(id).byteSize === 8 ? 'enum64' : 'enum';
      default:
        return KINDS.get(tag) ?? 'void';
    }
  }

  name(id: number): string {
    return this.#entry(id).name;
  }

  /** Of an enum: whether its values are signed. */
  flag(id: number): boolean {
    if (this.#entries.tag(this.#index(id)) !== TAG.enumeration) return false;
    const underlying = this.int(this.#unqualified(this.#entry(id).type * DIMENSIONS));
    return underlying?.signed ?? this.enumerators(id).some(({ value }) => value < 0n);
  }

  ownSize(id: number): number {
    return this.#entry(id).byteSize;
  }

  type(id: number): number {
    const tag = this.#entries.tag(this.#index(id));
    if (tag === TAG.array && (id % DIMENSIONS) + 1 < this.#dimensions(id).length) return id + 1;
    return KINDS.has(tag) ? this.#entry(id).type * DIMENSIONS : VOID;
  }

  array(id: number): { readonly length: number; readonly indexType: number } | undefined {
    if (this.kind(id) !== 'array') return undefined;
    return { length: Math.max(0, this.#dimensions(id)[id % DIMENSIONS]?.count ?? 0), indexType: VOID };
  }

  int(id: number): ReturnType<TypeGraph['int']> {
    if (this.kind(id) !== 'int') return undefined;
    const { encoding, byteSize } = this.#entry(id);
    return {
      signed: encoding === ENCODING.signed || encoding === ENCODING.signedChar,
      char: false,
      bool: encoding === ENCODING.boolean,
      bits: byteSize * 8,
      bitOffset: 0,
    };
  }

  members(id: number): readonly Member[] {
    return this.#children(id, TAG.member).map((entry): Member => {
      const { name, type, bitSize } = entry;
      const member = { name, type: type * DIMENSIONS, bitOffset: this.#bitOffset(entry) };
      return bitSize > 0 ? { ...member, bitSize } : member;
    });
  }

  enumerators(id: number): readonly Enumerator[] {
    return this.#children(id, TAG.enumerator).map(({ name, constant }) => ({ name, value: constant }));
  }

  #bitOffset(member: Entry): number {
    if (member.dataBitOffset >= 0) return member.dataBitOffset;
    const start = member.memberLocation * 8;
    if (member.bitOffset < 0) return start;
    const storage = 8 * (member.byteSize || this.ownSize(this.#unqualified(member.type * DIMENSIONS)));
    return start + (this.littleEndian ? storage - member.bitOffset - member.bitSize : member.bitOffset);
  }

  #dimensions(id: number): readonly Entry[] {
    return this.#children(id, TAG.subrange).slice(0, DIMENSIONS - 1);
  }

  #children(id: number, tag: number): Entry[] {
    const entries = this.#entries;
    const parent = this.#index(id);
    const found: Entry[] = [];
    if (parent < 0) return found;
    for (let index = parent + 1; index < entries.end(parent); index = entries.end(index)) {
      if (entries.tag(index) === tag) found.push(entries.read(index));
    }
    return found;
  }

  #entry(id: number): Entry {
    const index = this.#index(id);
    let entry = this.#read.get(index);
    if (entry === undefined) this.#read.set(index, (entry = this.#entries.read(index)));
    return entry;
  }

  /** The entry, or the one that it is an instance of. */
  #originated(index: number): Entry {
    const entry = this.#entries.read(index);
    return entry.origin === 0 ? entry : this.#entries.read(this.#entries.find(entry.origin));
  }

  #index(id: number): number {
    return id === VOID ? -1 : this.#entries.find(Math.floor(id / DIMENSIONS));
  }

  #id(index: number): number {
    return this.#entries.offset(index) * DIMENSIONS;
  }

  /** Without const and volatile; typedefs stay, for they have names. */
  #unqualified(id: number): number {
    for (let depth = 0; depth < 32; depth++) {
      const kind = this.kind(id);
      if (kind !== 'const' && kind !== 'volatile' && kind !== 'restrict') break;
      id = this.type(id);
    }
    return id;
  }
}
