/**
 * The compiler is the judge: it laid out and filled `sample` of fixtures/records.bpf.c, in both byte orders. What is
 * expected here is what the initializer says.
 */
import { describe, expect, it } from 'vitest';
import { createRecordDecoder } from '#core/decode/record-decoder';
import { ByteSource } from '#core/decode/source';
import type { BpfObject } from '#core/elf/bpf-object';
import { initialBytes, objectOf, variants } from './objects';

const json = {
  s8: -8,
  u8: 200,
  s16: -1600,
  u16: 65000,
  s32: -32,
  u32: 4000000000,
  s64: -64,
  u64: 9007199254740991,
  beyond: '18446744073709551615',
  below: '-9223372036854775808',
  s128: String(-(2n ** 100n)),
  yes: true,
  no: false,
  letter: 82,
  low: 5,
  negative: -3,
  across: 0xabcde,
  wide_field: 0x123456789a,
  state: 'SLEEPING',
  unnamed: 3,
  access: 'BIT_READ|BIT_EXEC|0x8',
  wide: 'HUGE',
  comm: 'kworker/0:1',
  full: 'abcd',
  umlaut: 'ä\ufffd',
  escape: '\u001b[31m\n',
  lines: ['one', 'two'],
  filename: 'a/b',
  digest: 'deadbeef',
  saddr: '127.0.0.1',
  daddr: '8.8.8.8',
  sequence: 0x12345678,
  dport: 443,
  protocol: 0x86dd,
  in6: '2001:db8::1',
  daddr_v6: '::ffff:10.0.0.1',
  smac: '02:42:ac:11:00:02',
  delta_ns: 1250000,
  ts: 8120000000001,
  wait_us: 1500,
  mnt_ns: 4026531841,
  ret: -2,
  mode: 0o100644,
  flags: 0x241,
  pointer: '0xffff888100000000',
  nested: { depth: 3, word: 0x11111111, octets: '11111111', corner: { x: 1, y: -1 } },
  matrix: [
    [1, 2, 3],
    [-4, 5, 6],
  ],
  points: [
    { x: 1, y: 2 },
    { x: 3, y: 4 },
  ],
  single_precision: 0.5,
  double_precision: -1.25,
};

/** What a person reads, where it is not the JSON value itself. */
const texts: Readonly<Record<string, string>> = {
  letter: "'R'",
  umlaut: 'ä\ufffd',
  escape: '\\x1b[31m\\n',
  lines: '[one, two]',
  protocol: '0x86dd',
  delta_ns: '1.25 ms',
  ts: '8120.000000001 s',
  wait_us: '1.5 ms',
  ret: '-2 ENOENT',
  mode: '0100644',
  flags: '0x241',
  'nested.depth': '3',
  'nested.word': String(0x11111111),
  'nested.octets': '11111111',
  'nested.corner.x': '1',
  'nested.corner.y': '-1',
  matrix: '[[1, 2, 3], [-4, 5, 6]]',
  points: '[{x: 1, y: 2}, {x: 3, y: 4}]',
};

/** The struct as BTF has it, and as the debug information has it. */
function decoders(object: BpfObject) {
  const debug = object.debug.value;
  const inDebug = [...debug.named()].find((id) => debug.name(id) === 'everything') ?? 0;
  return {
    BTF: createRecordDecoder({ types: object.btf, id: object.btf.find('struct', 'everything') }),
    'debug information': createRecordDecoder({ types: debug, id: inDebug }),
  };
}

describe.each(variants)('%s', (variant) => {
  const object = objectOf(variant);
  const bytes = initialBytes(object, 'sample');
  const source = new ByteSource(bytes);

  describe.each(Object.entries(decoders(object)))('by its %s', (by, decoder) => {
    // Clang 14 has no enum64 and cuts the values of such enums: none of them is this one's.
    const expected = { ...json, ...(by === 'BTF' && { wide: 0x123456789ab }) };

    it('knows the type', () => {
      expect([decoder.type, decoder.size]).toEqual(['struct everything', bytes.length]);
    });

    it('gives a program what the initializer says', () => {
      expect(decoder.json(source, 0, bytes.length)).toEqual(expected);
    });

    it('gives a person a column for every member', () => {
      const plain = Object.entries(expected).flatMap(([name, value]) =>
        typeof value === 'object' ? [] : [[name, String(value)] as const],
      );
      const shown = decoder.columns.map(({ name }, i) => [name, decoder.text(i, source, 0, bytes.length)]);
      expect(Object.fromEntries(shown)).toEqual({ ...Object.fromEntries(plain), ...texts });
    });

    it('says which columns are numbers', () => {
      const numeric = decoder.columns.flatMap((column) => (column.numeric ? [column.name] : []));
      expect(numeric).toEqual(
        expect.arrayContaining(['u8', 'beyond', 'low', 'ret', 'mode', 'delta_ns', 'nested.corner.x']),
      );
      for (const name of ['yes', 'state', 'comm', 'saddr', 'pointer', 'matrix'])
        expect(numeric).not.toContain(name);
    });

    it('gives nothing for what a shorter record does not have', () => {
      const end = 20;
      const cut = decoder.json(source, 0, end);
      expect(cut).toMatchObject({
        s8: -8,
        s32: -32,
        u32: 4000000000,
        s64: null,
        in6: null,
        nested: { depth: null },
      });
      const column = decoder.columns.findIndex(({ name }) => name === 'beyond');
      expect(decoder.text(column, source, 0, end)).toBe('');
    });

    it('decodes where a record begins, not at the start of the bytes', () => {
      const moved = new Uint8Array(bytes.length + 24);
      moved.set(bytes, 16);
      expect(decoder.json(new ByteSource(moved), 16, 16 + bytes.length)).toEqual(expected);
    });
  });
});
