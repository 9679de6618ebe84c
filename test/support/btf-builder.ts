/**
 * Writes BTF, for tests: every kind of include/uapi/linux/btf.h, both byte orders, split over a base.
 * Written from the header file, not from the reader. Methods that add a type return its id.
 */

type Name = string | Uint8Array;

export interface MemberSpec {
  readonly name?: Name;
  readonly type: number;
  /** Bits from the start. */
  readonly at: number;
  /** Bits; makes the struct one with kind_flag. */
  readonly bits?: number;
}

export interface IntEncoding {
  readonly signed?: boolean;
  readonly char?: boolean;
  readonly bool?: boolean;
  readonly bits?: number;
  readonly bitOffset?: number;
}

interface RecordHead {
  readonly name?: Name;
  readonly kind: number;
  readonly vlen?: number;
  readonly flag?: boolean;
  readonly sizeOrType?: number;
}

export class BtfBuilder {
  readonly littleEndian: boolean;
  readonly #words: number[] = [];
  readonly #strings: number[];
  readonly #firstString: number;
  #nextId: number;

  constructor(options: { readonly littleEndian?: boolean; readonly base?: BtfBuilder } = {}) {
    const { base } = options;
    this.littleEndian = options.littleEndian ?? base?.littleEndian ?? true;
    this.#nextId = base ? base.#nextId : 1;
    this.#firstString = base ? base.#firstString + base.#strings.length : 0;
    this.#strings = base ? [] : [0];
  }

  /** The id that the next type gets. */
  get nextId(): number {
    return this.#nextId;
  }

  int(name: Name, size: number, encoding: IntEncoding = {}): number {
    const flags = (encoding.signed ? 1 : 0) | (encoding.char ? 2 : 0) | (encoding.bool ? 4 : 0);
    const word = (flags << 24) | ((encoding.bitOffset ?? 0) << 16) | (encoding.bits ?? size * 8);
    return this.record({ name, kind: 1, sizeOrType: size }, word);
  }

  ptr(type: number): number {
    return this.record({ kind: 2, sizeOrType: type });
  }

  array(type: number, length: number, indexType = 0): number {
    return this.record({ kind: 3 }, type, indexType, length);
  }

  struct(name: Name, size: number, members: readonly MemberSpec[]): number {
    return this.#composite(4, name, size, members);
  }

  union(name: Name, size: number, members: readonly MemberSpec[]): number {
    return this.#composite(5, name, size, members);
  }

  enum(name: Name, values: Readonly<Record<string, number>>, { signed = false, size = 4 } = {}): number {
    const items = Object.entries(values).flatMap(([key, value]) => [this.string(key), value]);
    const head = { name, kind: 6, vlen: items.length / 2, flag: signed, sizeOrType: size };
    return this.record(head, ...items);
  }

  fwd(name: Name, kind: 'struct' | 'union'): number {
    return this.record({ name, kind: 7, flag: kind === 'union' });
  }

  typedef(name: Name, type: number): number {
    return this.record({ name, kind: 8, sizeOrType: type });
  }

  volatile(type: number): number {
    return this.record({ kind: 9, sizeOrType: type });
  }

  const(type: number): number {
    return this.record({ kind: 10, sizeOrType: type });
  }

  restrict(type: number): number {
    return this.record({ kind: 11, sizeOrType: type });
  }

  /** `linkage`: 0 static, 1 global, 2 extern. */
  func(name: Name, prototype: number, linkage = 1): number {
    return this.record({ name, kind: 12, vlen: linkage, sizeOrType: prototype });
  }

  /** A variadic prototype ends in `['', 0]`. */
  prototype(returns: number, parameters: readonly (readonly [name: Name, type: number])[] = []): number {
    const items = parameters.flatMap(([name, type]) => [this.string(name), type]);
    return this.record({ kind: 13, vlen: parameters.length, sizeOrType: returns }, ...items);
  }

  variable(name: Name, type: number, linkage = 1): number {
    return this.record({ name, kind: 14, sizeOrType: type }, linkage);
  }

  section(
    name: Name,
    size: number,
    variables: readonly (readonly [type: number, offset: number, size: number])[],
  ): number {
    return this.record({ name, kind: 15, vlen: variables.length, sizeOrType: size }, ...variables.flat());
  }

  float(name: Name, size: number): number {
    return this.record({ name, kind: 16, sizeOrType: size });
  }

  declTag(text: Name, type: number, component = -1): number {
    return this.record({ name: text, kind: 17, sizeOrType: type }, component);
  }

  /** `attribute`: the text is a whole attribute (kind_flag, since Linux 6.15), not the text of a btf_type_tag. */
  typeTag(text: Name, type: number, { attribute = false } = {}): number {
    return this.record({ name: text, kind: 18, flag: attribute, sizeOrType: type });
  }

  enum64(name: Name, values: Readonly<Record<string, bigint>>, { signed = false, size = 8 } = {}): number {
    const items = Object.entries(values).flatMap(([key, value]) => [
      this.string(key),
      Number(BigInt.asUintN(32, value)),
      Number(BigInt.asUintN(32, value >> 32n)),
    ]);
    const head = { name, kind: 19, vlen: items.length / 3, flag: signed, sizeOrType: size };
    return this.record(head, ...items);
  }

  /** A record of any shape, right or wrong. */
  record({ name = '', kind, vlen = 0, flag = false, sizeOrType = 0 }: RecordHead, ...rest: number[]): number {
    const info = ((flag ? 1 : 0) << 31) | (kind << 24) | vlen;
    this.#words.push(this.string(name), info, sizeOrType, ...rest);
    return this.#nextId++;
  }

  /** The offset of a new string; 0 for the empty one. */
  string(text: Name): number {
    if (text.length === 0) return 0;
    const offset = this.#firstString + this.#strings.length;
    this.#strings.push(...(typeof text === 'string' ? new TextEncoder().encode(text) : text), 0);
    return offset;
  }

  build(): Uint8Array<ArrayBuffer> {
    const header = 24;
    const typeBytes = this.#words.length * 4;
    const bytes = new Uint8Array(header + typeBytes + this.#strings.length);
    const view = new DataView(bytes.buffer);
    const little = this.littleEndian;
    view.setUint16(0, 0xeb9f, little);
    view.setUint8(2, 1);
    [header, 0, typeBytes, typeBytes, this.#strings.length].forEach((field, i) =>
      view.setUint32(4 + i * 4, field, little),
    );
    this.#words.forEach((word, i) => view.setUint32(header + i * 4, word >>> 0, little));
    bytes.set(this.#strings, header + typeBytes);
    return bytes;
  }

  #composite(kind: number, name: Name, size: number, members: readonly MemberSpec[]): number {
    const flag = members.some(({ bits }) => bits !== undefined);
    const items = members.flatMap(({ name: own = '', type, at, bits = 0 }) => [
      this.string(own),
      type,
      (bits << 24) | at,
    ]);
    return this.record({ name, kind, vlen: members.length, flag, sizeOrType: size }, ...items);
  }
}
