import { describe, expect, it } from 'vitest';
import { readBtf } from '#core/btf/reader';
import { BtfBuilder } from '#support/btf-builder';

/** Reads what was built and expects no problem. */
function read(builder: BtfBuilder, base?: BtfBuilder) {
  const parsed = readBtf(builder.build(), base && read(base));
  expect(parsed.problems).toEqual([]);
  return parsed.value;
}

describe.each([
  ['little endian', true],
  ['big endian', false],
])('%s', (_, littleEndian) => {
  const build = () => new BtfBuilder({ littleEndian });

  it('says the byte order of the target', () => {
    expect(read(build()).littleEndian).toBe(littleEndian);
  });

  it('reads ints', () => {
    const b = build();
    const int = b.int('int', 4, { signed: true });
    const char = b.int('char', 1, { signed: true, char: true });
    const bool = b.int('_Bool', 1, { bool: true });
    const field = b.int('u32:3', 4, { bits: 3, bitOffset: 5 });
    const btf = read(b);
    expect(btf.endId).toBe(5);
    expect([btf.kind(int), btf.name(int), btf.ownSize(int)]).toEqual(['int', 'int', 4]);
    expect(btf.int(int)).toEqual({ signed: true, char: false, bool: false, bits: 32, bitOffset: 0 });
    expect(btf.int(char)).toMatchObject({ signed: true, char: true, bits: 8 });
    expect(btf.int(bool)).toMatchObject({ signed: false, bool: true });
    expect(btf.int(field)).toMatchObject({ bits: 3, bitOffset: 5 });
  });

  it('reads what refers to one other type', () => {
    const b = build();
    const int = b.int('int', 4);
    const ids = {
      ptr: b.ptr(int),
      typedef: b.typedef('t', int),
      volatile: b.volatile(int),
      const: b.const(int),
      restrict: b.restrict(int),
      type_tag: b.typeTag('user', int),
      decl_tag: b.declTag('tag', int, 3),
      var: b.variable('v', int, 2),
    };
    const btf = read(b);
    for (const [kind, id] of Object.entries(ids)) {
      expect([btf.kind(id), btf.type(id), btf.ownSize(id)]).toEqual([kind, int, 0]);
    }
    const { typedef, type_tag, decl_tag } = ids;
    expect([typedef, type_tag, decl_tag, ids.var].map((id) => btf.name(id))).toEqual([
      't',
      'user',
      'tag',
      'v',
    ]);
    expect(btf.componentIndex(decl_tag)).toBe(3);
    expect(btf.linkage(ids.var)).toBe(2);
  });

  it('tells a tag from an attribute, and a decl_tag of the whole by -1', () => {
    const b = build();
    const tag = b.typeTag('user', 0);
    const attribute = b.typeTag('address_space(1)', 0, { attribute: true });
    const whole = b.declTag('tag', 0);
    const btf = read(b);
    expect([btf.flag(tag), btf.flag(attribute)]).toEqual([false, true]);
    expect(btf.componentIndex(whole)).toBe(-1);
  });

  it('reads arrays', () => {
    const b = build();
    const index = b.int('unsigned int', 4);
    const char = b.int('char', 1);
    const array = b.array(char, 16, index);
    const btf = read(b);
    expect(btf.type(array)).toBe(char);
    expect(btf.array(array)).toEqual({ length: 16, indexType: index });
    expect(btf.array(char)).toBeUndefined();
  });

  it('reads structs and unions, with and without bit sizes', () => {
    const b = build();
    const int = b.int('int', 4);
    const plain = b.struct('s', 8, [
      { name: 'a', type: int, at: 0 },
      { name: 'b', type: int, at: 32 },
    ]);
    const bits = b.struct('bits', 8, [
      { name: 'x', type: int, at: 0, bits: 3 },
      { name: 'y', type: int, at: 3, bits: 29 },
      { name: 'z', type: int, at: 32 },
    ]);
    const union = b.union('u', 4, [
      { name: 'a', type: int, at: 0 },
      { type: plain, at: 0 },
    ]);
    const btf = read(b);
    expect([btf.kind(plain), btf.ownSize(plain)]).toEqual(['struct', 8]);
    expect(btf.members(plain)).toEqual([
      { name: 'a', type: int, bitOffset: 0 },
      { name: 'b', type: int, bitOffset: 32 },
    ]);
    expect(btf.members(bits)).toEqual([
      { name: 'x', type: int, bitOffset: 0, bitSize: 3 },
      { name: 'y', type: int, bitOffset: 3, bitSize: 29 },
      { name: 'z', type: int, bitOffset: 32 },
    ]);
    expect([btf.kind(union), btf.name(union)]).toEqual(['union', 'u']);
    expect(btf.members(union).map(({ name }) => name)).toEqual(['a', '']);
  });

  it('takes bitfields of old compilers from their ints', () => {
    const b = build();
    const field = b.int('u32:3', 4, { bits: 3, bitOffset: 5 });
    const struct = b.struct('s', 4, [{ name: 'a', type: field, at: 32 }]);
    expect(read(b).members(struct)).toEqual([{ name: 'a', type: field, bitOffset: 37, bitSize: 3 }]);
  });

  it('reads enums of both sizes and signs', () => {
    const b = build();
    const unsigned = b.enum('e', { A: 0, B: 0xffffffff });
    const signed = b.enum('s', { MINUS: -1 }, { signed: true, size: 1 });
    const wide = b.enum64('w', { BIG: 0x8000000000000001n });
    const wideSigned = b.enum64('ws', { LOW: -2n }, { signed: true });
    const btf = read(b);
    expect(btf.enumerators(unsigned)).toEqual([
      { name: 'A', value: 0n },
      { name: 'B', value: 0xffffffffn },
    ]);
    expect(btf.enumerators(signed)).toEqual([{ name: 'MINUS', value: -1n }]);
    expect(btf.ownSize(signed)).toBe(1);
    expect(btf.kind(wide)).toBe('enum64');
    expect(btf.enumerators(wide)).toEqual([{ name: 'BIG', value: 0x8000000000000001n }]);
    expect(btf.enumerators(wideSigned)).toEqual([{ name: 'LOW', value: -2n }]);
  });

  it('reads forward declarations', () => {
    const b = build();
    const struct = b.fwd('s', 'struct');
    const union = b.fwd('u', 'union');
    const btf = read(b);
    expect([btf.kind(struct), btf.flag(struct), btf.flag(union)]).toEqual(['fwd', false, true]);
  });

  it('reads functions and prototypes', () => {
    const b = build();
    const int = b.int('int', 4);
    const prototype = b.prototype(int, [
      ['fmt', int],
      ['', 0],
    ]);
    const func = b.func('printk', prototype, 2);
    const btf = read(b);
    expect([btf.kind(func), btf.type(func), btf.linkage(func)]).toEqual(['func', prototype, 2]);
    expect(btf.type(prototype)).toBe(int);
    expect(btf.parameters(prototype)).toEqual([
      { name: 'fmt', type: int },
      { name: '', type: 0 },
    ]);
  });

  it('reads data sections and floats', () => {
    const b = build();
    const float = b.float('double', 8);
    const variable = b.variable('v', float, 0);
    const section = b.section('.bss', 16, [[variable, 8, 8]]);
    const btf = read(b);
    expect([btf.kind(float), btf.ownSize(float)]).toEqual(['float', 8]);
    expect([btf.kind(section), btf.name(section), btf.ownSize(section)]).toEqual(['datasec', '.bss', 16]);
    expect(btf.sectionVariables(section)).toEqual([{ type: variable, offset: 8, size: 8 }]);
  });

  it('reads split BTF: ids and strings continue the base', () => {
    const base = build();
    const int = base.int('int', 4);
    const split = new BtfBuilder({ base });
    const pointer = split.ptr(int);
    const struct = split.struct('module_struct', 8, [{ name: 'p', type: pointer, at: 0 }]);
    const btf = read(split, base);
    expect([int, pointer, struct]).toEqual([1, 2, 3]);
    expect([btf.endId, btf.name(int), btf.name(struct)]).toEqual([4, 'int', 'module_struct']);
    expect(btf.type(pointer)).toBe(int);
    expect(btf.members(struct)).toEqual([{ name: 'p', type: pointer, bitOffset: 0 }]);
    expect([btf.find('struct', 'module_struct'), btf.find('int', 'int')]).toEqual([struct, int]);
  });
});

describe('names', () => {
  it('finds by kind and whole name, the lowest id first', () => {
    const b = new BtfBuilder();
    const struct = b.struct('same', 0, []);
    const typedef = b.typedef('same', struct);
    b.struct('same', 4, []);
    b.fwd('only_forward', 'struct');
    b.struct('', 4, []);
    const btf = read(b);
    expect([btf.find('struct', 'same'), btf.find('typedef', 'same')]).toEqual([struct, typedef]);
    expect(['sam', 'same2', 'ame', 'only_forward', ''].map((name) => btf.find('struct', name))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(btf.names('struct')).toEqual(['same']);
  });

  it('finds each of many names', () => {
    const b = new BtfBuilder();
    const names = Array.from({ length: 3000 }, (_, i) => `type_${i}`);
    const ids = names.map((name) => b.float(name, 4));
    const btf = read(b);
    expect(names.map((name) => btf.find('float', name))).toEqual(ids);
    expect(btf.names('float')).toEqual(names);
    expect(btf.find('float', 'type_3000')).toBe(0);
  });

  // Few names are decoded one by one, many from the whole section at once.
  it.each([0, 1500])('decodes what is not ASCII, and what is not UTF-8, after %i others', (others) => {
    const b = new BtfBuilder();
    const accented = b.float('naïve', 8);
    const invalid = b.float(Uint8Array.of(0x61, 0xff, 0x62), 8);
    const plain = b.float('plain', 8);
    for (let i = 0; i < others; i++) b.float(`other_${i}`, 8);
    const btf = read(b);
    expect(btf.names('float')).toHaveLength(3 + others);
    expect([accented, invalid, plain].map((id) => btf.name(id))).toEqual(['naïve', 'a\ufffdb', 'plain']);
    expect(btf.find('float', 'naïve')).toBe(accented);
  });

  it.each([0, 1500])('decodes text with invalid bytes alone after %i others', (others) => {
    const b = new BtfBuilder();
    const invalid = b.float(Uint8Array.of(0x61, 0xff, 0x62), 8);
    for (let i = 0; i < others; i++) b.float(`other_${i}`, 8);
    const plain = b.float('plain', 8);
    const btf = read(b);
    expect(btf.names('float')).toHaveLength(2 + others);
    expect([invalid, plain].map((id) => btf.name(id))).toEqual(['a\ufffdb', 'plain']);
  });
});

describe('pointer size', () => {
  it.each([
    ['long int', 4],
    ['long unsigned int', 8],
    ['unsigned long', 4],
    ['long', 8],
  ])('is that of %s', (name, size) => {
    const b = new BtfBuilder();
    b.int('long long int', 16);
    b.int('int', 2);
    b.int(name, size);
    expect(read(b).pointerSize).toBe(size);
  });

  it('is 8 where BTF does not say', () => expect(read(new BtfBuilder()).pointerSize).toBe(8));
});
