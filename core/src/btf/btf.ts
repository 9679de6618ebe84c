/**
 * Types by id, over one or several BTF files in one id space. Every answer is read from the raw words when
 * it is asked for. Any number may be given as an id: one that is out of range is void.
 */
import { fileOf } from './file';
import type { BtfFile, BtfFiles } from './file';
import { KINDS, RECORD_WORDS, kindFlag, kindNumber, vlen } from './kinds';
import { NameTable } from './names';
import type { TypeKind } from './types';

/** Id 0: no record, but what every dangling reference means. */
export const VOID = 0;

export interface Member {
  readonly name: string;
  readonly type: number;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Bits, for a bitfield. */
  readonly bitSize?: number;
}

export interface Parameter {
  readonly name: string;
  readonly type: number;
}

export interface Enumerator {
  readonly name: string;
  readonly value: bigint;
}

/** A variable of a data section, or a function of an extern section. */
export interface SectionVariable {
  readonly type: number;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

export class Btf {
  /** One more than the highest id. */
  readonly endId: number;
  readonly littleEndian: boolean;
  /** In order of ids. */
  readonly files: BtfFiles;
  readonly #tables = new Map<TypeKind, NameTable>();
  #pointerSize: 4 | 8 | undefined;

  constructor(files: BtfFiles) {
    this.files = files;
    this.endId = files[files.length - 1]?.endId ?? 1;
    this.littleEndian = files[0].littleEndian;
  }

  /** Bytes of a pointer: BTF does not say, but it is the size of `long`. 8 where there is no `long`. */
  get pointerSize(): 4 | 8 {
    return (this.#pointerSize ??= this.#sizeOfLong());
  }

  kind(id: number): TypeKind {
    return KINDS[kindNumber(this.#info(id))] ?? 'void';
  }

  /** Empty for what has no name, and for a name out of range. */
  name(id: number): string {
    const file = this.#file(id);
    return file.stringAt(file.start(id));
  }

  /**
   * The record's kind_flag. Enum: the values are signed. Fwd: a union, else a struct. Type and decl tag: the
   * name is a whole attribute, not the text of a tag.
   */
  flag(id: number): boolean {
    return kindFlag(this.#info(id));
  }

  /** Bytes that the record itself gives: of an int, float, enum, struct, union or data section; else 0. */
  ownSize(id: number): number {
    switch (this.kind(id)) {
      case 'int':
      case 'float':
      case 'enum':
      case 'enum64':
      case 'struct':
      case 'union':
      case 'datasec': {
        const file = this.#file(id);
        return file.words[file.start(id) + 2] ?? 0;
      }
      default:
        return 0;
    }
  }

  /**
   * What a pointer, typedef, qualifier, tag, func or var refers to, the element of an array, the return type
   * of a prototype; VOID for everything else.
   */
  type(id: number): number {
    const file = this.#file(id);
    switch (this.kind(id)) {
      case 'array':
        return file.idAt(file.start(id) + RECORD_WORDS);
      case 'ptr':
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'func':
      case 'func_proto':
      case 'var':
      case 'decl_tag':
      case 'type_tag':
        return file.idAt(file.start(id) + 2);
      default:
        return VOID;
    }
  }

  /** Elements of an array, and the type of its index. */
  array(id: number): { readonly length: number; readonly indexType: number } | undefined {
    if (this.kind(id) !== 'array') return undefined;
    const file = this.#file(id);
    const at = file.start(id) + RECORD_WORDS;
    return { length: file.words[at + 2] ?? 0, indexType: file.idAt(at + 1) };
  }

  /** How an int is encoded. `bits` and `bitOffset` differ from its size only in bitfields of old compilers. */
  int(id: number):
    | {
        readonly signed: boolean;
        readonly char: boolean;
        readonly bool: boolean;
        readonly bits: number;
        readonly bitOffset: number;
      }
    | undefined {
    if (this.kind(id) !== 'int') return undefined;
    const file = this.#file(id);
    const word = file.words[file.start(id) + RECORD_WORDS] ?? 0;
    const encoding = (word >>> 24) & 0xf;
    return {
      signed: (encoding & 1) !== 0,
      char: (encoding & 2) !== 0,
      bool: (encoding & 4) !== 0,
      bits: word & 0xff,
      bitOffset: (word >>> 16) & 0xff,
    };
  }

  /** Members of a struct or union, in the order of the source. */
  members(id: number): readonly Member[] {
    const kind = this.kind(id);
    if (kind !== 'struct' && kind !== 'union') return [];
    const hasBitSizes = this.flag(id);
    return this.#items(id, 3, (file, at) => {
      const name = file.stringAt(at);
      const type = file.idAt(at + 1);
      const offset = file.words[at + 2] ?? 0;
      if (!hasBitSizes) return this.#member(name, type, offset);
      const bitSize = offset >>> 24;
      const bitOffset = offset & 0xffffff;
      return bitSize === 0 ? { name, type, bitOffset } : { name, type, bitOffset, bitSize };
    });
  }

  /** Parameters of a prototype. The last one of a variadic one has no name and type VOID, if it is not the only one. */
  parameters(id: number): readonly Parameter[] {
    if (this.kind(id) !== 'func_proto') return [];
    return this.#items(id, 2, (file, at) => ({ name: file.stringAt(at), type: file.idAt(at + 1) }));
  }

  /** Enumerators of either kind of enum. Kernels before 6.0 do not say which are signed: -1 reads as 4294967295. */
  enumerators(id: number): readonly Enumerator[] {
    const kind = this.kind(id);
    const signed = this.flag(id);
    if (kind === 'enum') {
      return this.#items(id, 2, (file, at) => {
        const value = file.words[at + 1] ?? 0;
        return { name: file.stringAt(at), value: BigInt(signed ? value | 0 : value) };
      });
    }
    if (kind !== 'enum64') return [];
    return this.#items(id, 3, (file, at) => {
      const value = (BigInt(file.words[at + 2] ?? 0) << 32n) | BigInt(file.words[at + 1] ?? 0);
      return { name: file.stringAt(at), value: signed ? BigInt.asIntN(64, value) : value };
    });
  }

  /** What a data section holds. */
  sectionVariables(id: number): readonly SectionVariable[] {
    if (this.kind(id) !== 'datasec') return [];
    return this.#items(id, 3, (file, at) => ({
      type: file.idAt(at),
      offset: file.words[at + 1] ?? 0,
      size: file.words[at + 2] ?? 0,
    }));
  }

  /** Linkage of a func or var: 0 static, 1 global, 2 extern. */
  linkage(id: number): number | undefined {
    const file = this.#file(id);
    switch (this.kind(id)) {
      case 'func':
        return vlen(this.#info(id));
      case 'var':
        return file.words[file.start(id) + RECORD_WORDS] ?? 0;
      default:
        return undefined;
    }
  }

  /** Which member or parameter of `type(id)` a decl_tag is about; -1 for the whole. */
  componentIndex(id: number): number | undefined {
    if (this.kind(id) !== 'decl_tag') return undefined;
    const file = this.#file(id);
    return (file.words[file.start(id) + RECORD_WORDS] ?? 0) | 0;
  }

  /** The lowest id of this kind and name; VOID where there is none, and for the empty name. */
  find(kind: TypeKind, name: string): number {
    return this.#table(kind).find(name);
  }

  /** All ids of this kind and name, ascending: a kernel may have several definitions of one tag. */
  findAll(kind: TypeKind, name: string): readonly number[] {
    return this.#table(kind).findAll(name);
  }

  /** The names of all types of this kind, each once, in order of ids. */
  names(kind: TypeKind, prefix = ''): readonly string[] {
    const table = this.#table(kind);
    return prefix === '' ? table.names() : table.namesFrom(prefix);
  }

  /** The ids of all types whose names have a text in them, ascending. */
  idsWith(text: string): readonly number[] {
    const bytes = new TextEncoder().encode(text);
    return this.files.flatMap(({ starts, words, strings, firstId }) => {
      const found: number[] = [];
      for (let i = 0; i < starts.length; i++) {
        const name = words[starts[i] ?? 0] ?? 0;
        if (name !== 0 && strings.includes(name, bytes)) found.push(firstId + i);
      }
      return found;
    });
  }

  #table(kind: TypeKind): NameTable {
    let table = this.#tables.get(kind);
    if (!table) this.#tables.set(kind, (table = new NameTable(this.files, KINDS.indexOf(kind))));
    return table;
  }

  #info(id: number): number {
    const file = this.#file(id);
    return file.words[file.start(id) + 1] ?? 0;
  }

  #file(id: number): BtfFile {
    return fileOf(this.files, id);
  }

  #items<T>(id: number, words: number, read: (file: BtfFile, at: number) => T): T[] {
    const file = this.#file(id);
    const count = vlen(this.#info(id));
    const items: T[] = [];
    let at = file.start(id) + RECORD_WORDS;
    for (let i = 0; i < count; i++, at += words) items.push(read(file, at));
    return items;
  }

  /** A member of a struct without kind_flag: a bitfield is one whose int has fewer bits than its size. */
  #member(name: string, type: number, offset: number): Member {
    const int = this.int(type);
    if (!int || int.bits === 0 || (int.bitOffset === 0 && int.bits === this.ownSize(type) * 8)) {
      return { name, type, bitOffset: offset };
    }
    return { name, type, bitOffset: offset + int.bitOffset, bitSize: int.bits };
  }

  #sizeOfLong(): 4 | 8 {
    for (let id = 1; id < this.endId; id++) {
      if (this.kind(id) !== 'int') continue;
      const words = this.name(id).split(' ');
      const isLong = words.filter((word) => word !== 'int' && word !== 'unsigned').join(' ') === 'long';
      const size = this.ownSize(id);
      if (isLong && (size === 4 || size === 8)) return size;
    }
    return 8;
  }
}
