import { isIPv6 } from 'node:net';
import { constants } from 'node:os';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6 } from '#core/decode/addresses';
import { bitfieldReader, integerReader } from '#core/decode/bits';
import { errnoName } from '#core/decode/errno';
import { boolean, duration, enumeration, errno, mode } from '#core/decode/scalar-formats';
import { ByteSource } from '#core/decode/source';
import { decodeText, visible } from '#core/decode/text';
import { timeUnit } from '#core/decode/names';

describe('integers', () => {
  it.each([1, 2, 4, 8, 16])('of %i bytes are what BigInt says, in both byte orders', (size) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: size, maxLength: size }),
        fc.boolean(),
        fc.boolean(),
        (bytes, signed, littleEndian) => {
          const digits = littleEndian ? bytes.toReversed() : bytes;
          const raw = BigInt(`0x${Buffer.from(digits).toString('hex')}`);
          const expected = signed ? BigInt.asIntN(size * 8, raw) : raw;
          const value = integerReader({ size, signed, littleEndian })(new ByteSource(bytes), 0);
          expect(BigInt(value)).toBe(expected);
          expect(typeof value === 'number').toBe(
            Number.isSafeInteger(Number(expected)) && BigInt(Number(expected)) === expected,
          );
        },
      ),
    );
  });

  it('of bitfields are what BigInt says, in both byte orders', () => {
    const width = fc.integer({ min: 1, max: 64 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 9 }),
        fc.integer({ min: 0, max: 7 }),
        width,
        fc.boolean(),
        fc.boolean(),
        (bytes, first, bits, signed, littleEndian) => {
          const digits = littleEndian ? bytes.toReversed() : bytes;
          const raw = BigInt(`0x${Buffer.from(digits).toString('hex')}`);
          const shift = littleEndian ? first : 72 - first - bits;
          const field = BigInt.asUintN(bits, raw >> BigInt(shift));
          const read = bitfieldReader(first, bits, signed, littleEndian);
          expect(BigInt(read(new ByteSource(bytes), 0))).toBe(signed ? BigInt.asIntN(bits, field) : field);
        },
      ),
    );
  });
});

describe('error numbers', () => {
  it.skipIf(process.platform !== 'linux')('have the names of this system', () => {
    for (const [name, number] of Object.entries(constants.errno)) {
      // Two names for one number: EWOULDBLOCK is EAGAIN, EOPNOTSUPP is ENOTSUP.
      if (name === 'EWOULDBLOCK' || name === 'ENOTSUP') continue;
      expect([number, errnoName(number)]).toEqual([number, name]);
    }
  });

  it('are named where they are negative', () => {
    expect([-13, 0, 13, -512, -4000].map((value) => errno.text(value))).toEqual([
      ...['-13 EACCES', '0', '13', '-512 ERESTARTSYS', '-4000'],
    ]);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [1500, '1.5 µs'],
    [1_000_000, '1 ms'],
    [1_234_567, '1.234567 ms'],
    [10_000_000_000, '10 s'],
    [8120_000_000_001, '8120.000000001 s'],
    [-1500, '-1.5 µs'],
    [2n ** 63n, '9223372036.854775808 s'],
  ])('%s nanoseconds are %s', (value, text) => {
    expect(duration(1).text(value)).toBe(text);
  });

  it('of larger units are exact', () => {
    expect(duration(1_000_000).text(90_071_992_547_409_91)).toBe('9007199254740.991 s');
    expect(duration(1_000).text(1500)).toBe('1.5 ms');
  });

  it.each([
    ['delta_ns', 8, 1],
    ['ts', 8, 1],
    ['start_ts', 8, 1],
    ['latency_us', 4, 1_000],
    ['timeout_ms', 4, 1_000_000],
    ['mnt_ns', 8, undefined],
    ['pid_ns', 8, undefined],
    ['parent_pid_ns', 8, undefined],
    ['delta_ns', 4, undefined],
    ['us', 8, undefined],
    ['bonus', 8, undefined],
    ['items', 8, undefined],
    ['status', 4, undefined],
  ])('%s of %i bytes has units of %s ns', (name, size, unit) => {
    expect(timeUnit(name, size)).toBe(unit);
  });
});

describe('enums', () => {
  const format = enumeration([
    { name: 'FIRST', value: 1n },
    { name: 'ALIAS', value: 1n },
    { name: 'LAST', value: 2n ** 63n },
  ]);

  it('have the first of two names', () => {
    expect([format.text(1), format.json(1)]).toEqual(['FIRST', 'FIRST']);
  });

  it('are exact beyond 2^53', () => {
    expect(format.text(2n ** 63n)).toBe('LAST');
    expect([format.text(2n ** 63n - 1n), format.json(2n ** 63n - 1n)]).toEqual(
      new Array(2).fill(String(2n ** 63n - 1n)),
    );
  });

  it('are numbers where they have no name', () => {
    expect([format.text(7), format.json(7)]).toEqual(['7', 7]);
  });

  it('are sums of flags where each name is a bit', () => {
    const flags = enumeration([1n, 2n, 4n].map((value) => ({ name: `F${value}`, value })));
    expect([0, 3, 12, 8].map((value) => flags.text(value))).toEqual(['0', 'F1|F2', 'F4|0x8', '8']);
    const two = enumeration([1n, 2n].map((value) => ({ name: `F${value}`, value })));
    expect(two.text(3)).toBe('3');
  });
});

it('modes are octal', () => {
  expect([0, 0o7, 0o644, 0o100755].map((value) => mode.text(value))).toEqual(['0', '07', '0644', '0100755']);
});

it('any value but zero is true', () => {
  expect([0, 1, 2].map((value) => [boolean.text(value), boolean.json(value)])).toEqual([
    ['false', false],
    ['true', true],
    ['true', true],
  ]);
});

describe('IPv6 addresses', () => {
  const text = (groups: readonly number[]) => {
    const bytes = new Uint8Array(16);
    groups.forEach((group, i) => new DataView(bytes.buffer).setUint16(i * 2, group));
    return ipv6.text(new ByteSource(bytes), 0, 16);
  };

  it.each([
    // RFC 5952, section 4.
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
    [[0, 0, 0, 0, 0, 0xffff, 0xc0a8, 0x0101], '::ffff:192.168.1.1'],
  ])('%j is %s', (groups, expected) => {
    expect(text(groups)).toBe(expected);
  });

  it('are what others read as the same address', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const written = text(groups);
        expect(isIPv6(written)).toBe(true);
        const plain = groups.map((one) => one.toString(16)).join(':');
        expect(new URL(`http://[${written}]`).host).toBe(new URL(`http://[${plain}]`).host);
      }),
    );
  });
});

describe('text', () => {
  const bytes = (...parts: readonly (string | number)[]) =>
    Uint8Array.from(
      parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])),
    );

  it('ends at the first NUL, or where the record ends', () => {
    expect(decodeText(bytes('abc', 0, 'def'), 0, 7)).toBe('abc');
    expect(decodeText(bytes('abcdef'), 0, 4)).toBe('abcd');
    expect(decodeText(bytes('é', 0, 'é'), 0, 5)).toBe('é');
    expect(decodeText(bytes('é€', 0xff, 0), 0, 7)).toBe('é€\ufffd');
  });

  it('shows what would not be seen, or would move a cursor', () => {
    expect(visible('a\u0000\u001b[2J\r\n\t\u007f')).toBe('a\\x00\\x1b[2J\\r\\n\\t\\x7f');
    expect(visible('\u009b31m')).toBe('\\x9b31m');
    expect(visible('safe\u202egnp.exe')).toBe('safe\\u202egnp.exe');
    expect(visible('zero\u200bwidth\ufeff')).toBe('zero\\u200bwidth\\ufeff');
    expect(visible('größe 漢字 🙂')).toBe('größe 漢字 🙂');
  });
});
