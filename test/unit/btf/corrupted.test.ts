/** Data that no compiler wrote: nothing throws, nothing runs on, memory stays within what the input holds. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTypeIndex } from '#core/btf/index';
import { readBtf } from '#core/btf/reader';
import type { TypeIndex, TypeRef } from '#core/btf/types';
import { typeName } from '#core/decode/type-names';
import { BtfBuilder } from '#support/btf-builder';

const real = readFileSync(new URL('fixtures/types.btf', import.meta.url));

/** Asks everything about every type, and returns how much text came out. */
function exercise(types: TypeIndex, endId: number): number {
  let characters = 0;
  const asks = (ref: TypeRef) => {
    types.kind(ref);
    types.size(ref);
    types.tags(ref);
    types.integer(ref);
    types.arrayLength(ref);
    types.prototype(ref);
    types.target(types.resolve(ref));
    characters += types.declaration(ref, types.name(ref)).length;
    const layout = types.layout(ref);
    if (layout) characters += types.definition(layout, { offsets: true }).length;
  };
  for (let id = -1; id <= endId; id++) asks({ types, id });
  for (const name of types.structNames()) types.struct(name);
  for (const name of types.funcNames()) types.func(name);
  for (const name of types.typedefNames()) types.typedef(name);
  types.enumeration('color');
  types.union('u');
  return characters + types.pointerSize;
}

function exerciseBytes(bytes: Uint8Array): { readonly problems: number; readonly endId: number } {
  const { value: btf } = readBtf(bytes);
  for (let id = 0; id < btf.endId; id++) {
    btf.parameters(id);
    btf.enumerators(id);
    btf.sectionVariables(id);
    btf.linkage(id);
    btf.componentIndex(id);
  }
  // A record is 12 bytes or more.
  expect(btf.endId).toBeLessThanOrEqual(1 + bytes.length / 12);
  const asKernel = createTypeIndex({ vmlinux: bytes });
  exercise(asKernel.value, btf.endId);
  const asModule = createTypeIndex({ vmlinux: real, modules: new Map([['m', bytes]]) });
  exercise(asModule.value, 72 + btf.endId);
  return { problems: asKernel.problems.length, endId: btf.endId };
}

describe('a real file', () => {
  it('is read as far as it goes, whatever its length', () => {
    const whole = readBtf(real).value;
    for (let length = 0; length < real.length; length += 7) {
      const { problems, endId } = exerciseBytes(real.subarray(0, length));
      expect(problems).toBeGreaterThan(0);
      expect(endId).toBeLessThanOrEqual(whole.endId);
    }
    expect(exerciseBytes(real)).toEqual({ problems: 0, endId: whole.endId });
  });

  it('gives the types before the cut', () => {
    // Header and two thirds of the types; the strings are gone.
    const { value: cut, problems } = readBtf(real.subarray(0, 1196));
    const whole = readBtf(real).value;
    expect(cut.endId).toBeGreaterThan(20);
    expect(cut.endId).toBeLessThan(whole.endId);
    for (let id = 1; id < cut.endId; id++) expect(cut.kind(id)).toBe(whole.kind(id));
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the type section ends at/),
      expect.stringMatching(/^the string section ends at/),
      'the last type is cut off',
    ]);
  });

  it('survives bytes changed at random', () => {
    const change = fc.tuple(fc.nat(real.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = Uint8Array.from(real);
        for (const [at, value] of changes) bytes[at] = value;
        exerciseBytes(bytes);
      }),
      { numRuns: 400 },
    );
  });
});

describe('garbage', () => {
  it('behind a good header is no harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (garbage, littleEndian) => {
        const bytes = new Uint8Array(24 + garbage.length);
        const view = new DataView(bytes.buffer);
        view.setUint16(0, 0xeb9f, littleEndian);
        view.setUint8(2, 1);
        [24, 0, garbage.length, 0, garbage.length].forEach((n, i) =>
          view.setUint32(4 + i * 4, n, littleEndian),
        );
        bytes.set(garbage, 24);
        exerciseBytes(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('of well-formed records that refer anywhere is no harm', () => {
    const record = fc.record({
      kind: fc.integer({ min: 1, max: 19 }),
      vlen: fc.integer({ min: 0, max: 4 }),
      flag: fc.boolean(),
      sizeOrType: fc.oneof(fc.nat(12), fc.nat(0xffffffff)),
      rest: fc.array(fc.oneof(fc.nat(12), fc.nat(0xffffffff)), { minLength: 12, maxLength: 12 }),
    });
    const words = (kind: number, vlen: number) =>
      [0, 1, 0, 3, 3 * vlen, 3 * vlen, 2 * vlen, 0, 0, 0, 0, 0, 0, 2 * vlen, 1, 3 * vlen, 0, 1, 0, 3 * vlen][
        kind
      ];
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const b = new BtfBuilder();
        for (const { rest, ...head } of records) {
          b.record({ name: 'n', ...head }, ...rest.slice(0, words(head.kind, head.vlen)));
        }
        expect(exerciseBytes(b.build()).endId).toBe(records.length + 1);
      }),
      { numRuns: 300 },
    );
  });

  it('of no length at all, or of another kind of file, is reported', () => {
    const reported = (bytes: Uint8Array) => readBtf(bytes).problems.map(({ message }) => message);
    expect(reported(new Uint8Array(0))).toEqual(['BTF needs a header of 24 bytes, there are 0']);
    expect(reported(new TextEncoder().encode('#!/bin/sh\n# not BTF at all, but long enough'))).toEqual([
      'not BTF: the magic is missing',
    ]);
    const version = Uint8Array.from(real);
    version[2] = 9;
    expect(reported(version)).toEqual(['BTF version 9 is unknown']);
    const header = Uint8Array.from(real);
    header[7] = 0xff;
    expect(reported(header)[0]).toMatch(/^header length \d+ is out of range$/);
  });
});

describe('types that go round in circles', () => {
  it.each<[string, (b: BtfBuilder) => number]>([
    ['typedef', (b) => b.typedef('t', 1)],
    ['const', (b) => b.const(1)],
    ['pointer', (b) => b.ptr(1)],
    ['array', (b) => b.array(1, 2)],
    ['huge array', (b) => b.array(1, 0xffffffff)],
    ['prototype', (b) => b.prototype(1, [['p', 1]])],
    ['var', (b) => b.variable('v', 1)],
    ['anonymous struct', (b) => b.struct('', 8, [{ name: 'a', type: 1, at: 0 }])],
    ['named struct', (b) => b.struct('s', 8, [{ name: 'a', type: 1, at: 0 }])],
  ])('%s of itself', (_, build) => {
    const b = new BtfBuilder();
    build(b);
    const { value, problems } = createTypeIndex({ vmlinux: b.build() });
    expect(problems).toEqual([]);
    expect(exercise(value, 2)).toBeLessThan(20_000);
    expect(typeName({ types: value.btf, id: 1 }).length).toBeLessThan(20_000);
  });

  it('have no size and no end', () => {
    const b = new BtfBuilder();
    b.array(b.typedef('t', 1), 0xffffffff);
    const { value: types } = createTypeIndex({ vmlinux: b.build() });
    const ref = { types, id: 1 };
    expect([types.size(ref), types.kind(types.resolve({ types, id: 1 }))]).toEqual([0, 'void']);
  });
});

describe('the text of a definition stays bounded', () => {
  it('when every struct holds the next one many times', () => {
    const b = new BtfBuilder();
    for (let depth = 1; depth <= 30; depth++) {
      const members = Array.from({ length: 10 }, (_, i) => ({ name: `m${i}`, type: depth + 1, at: i * 8 }));
      b.struct(depth === 1 ? 'root' : '', 8, members);
    }
    const { value: types } = createTypeIndex({ vmlinux: b.build() });
    const root = types.struct('root');
    expect(root && types.definition(root).length).toBeLessThan(2_000_000);
  });

  it('when a struct claims to have four gigabytes', () => {
    const b = new BtfBuilder();
    b.struct('s', 0xffffffff, [{ name: 'a', type: 0, at: 0x80000000 }]);
    const { value: types } = createTypeIndex({ vmlinux: b.build() });
    const huge = types.struct('s');
    expect(huge && types.definition(huge).length).toBeLessThan(100_000);
  });

  it('and so do names that never end', () => {
    const b = new BtfBuilder();
    for (let i = 0; i < 100; i++) b.record({ kind: 8 });
    b.string('x'.repeat(100_000));
    const bytes = b.build();
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 100; i++) view.setUint32(24 + i * 12, 1 + i, true);
    const names = createTypeIndex({ vmlinux: bytes }).value.typedefNames();
    expect(names.join('').length).toBeLessThan(200_000);
  });
});
