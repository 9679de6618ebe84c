import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '#core/kernel/c/constant-expression';
import { tokenize } from '#core/kernel/c/tokens';

const constants = (name: string): bigint | undefined => (name === 'TCP_CLOSE' ? 7n : undefined);

function valueOf(text: string): bigint | undefined {
  const tokens = tokenize(text).value;
  return evaluate(tokens, 0, tokens.list.length, constants);
}

describe('evaluate', () => {
  // Each value is what clang gives on x86-64, printed in its own signedness.
  it.each<[string, bigint]>([
    ['0', 0n],
    ['0x20', 32n],
    ['0755', 493n],
    ['0b101', 5n],
    ['-1', -1n],
    ['(-1)', -1n],
    ['- -1', 1n],
    ['(1 << 3)', 8n],
    ['1u << 31', 2147483648n],
    ['1 << 31', -2147483648n],
    ['1UL << 63', 9223372036854775808n],
    ['((((1UL))) << (11))', 2048n],
    ['0x20 | 0x40', 96n],
    ['1 | 2 ^ 3 & 6', 1n],
    ['2 + 3 * 4 - 6 / 4 % 2', 13n],
    ['10 - 3 - 2', 5n],
    ['1 << 2 + 1', 8n],
    ['3 > 2 == 1', 1n],
    ['2 >= 3 || 1 && !0', 1n],
    ['1 != 1 ? 2 : 0 ? 3 : 4', 4n],
    ['1 ? 0 ? 2 : 3 : 4', 3n],
    ['1 ? -1 : 0u', 4294967295n],
    ['-9ULL', 18446744073709551607n],
    ['~0', -1n],
    ['~0u', 4294967295n],
    ['~0UL', 18446744073709551615n],
    ['~0x1u & 0xff', 254n],
    ['-1 < 0u', 0n],
    ['0xffffffff', 4294967295n],
    ['4294967296', 4294967296n],
    ['2147483647 + 1u', 2147483648n],
    ["'S'", 83n],
    ["'\\n' + '\\x41' + '\\101'", 140n],
    ['(unsigned long)(( gfp_t)0x400u|0x800u)', 3072n],
    ['(u8)0x1ff', 255n],
    ['(s8)0xff', -1n],
    ['(unsigned char)-1', 255n],
    ['( unsigned long)-1', 18446744073709551615n],
    ['((u32)((((1UL))) << (31)))', 2147483648n],
    ['(enum foo)3', 3n],
    ['(some_t)0x7f', 127n],
    ['(1 << TCP_CLOSE)', 128n],
    ['TCP_CLOSE', 7n],
  ])('%s', (text, value) => {
    expect(valueOf(text)).toBe(value);
  });

  it.each([
    '',
    'TCP_ESTABLISHED',
    '1 << TCP_ESTABLISHED',
    'sizeof(struct page)',
    '__builtin_ctz(8)',
    '1 / 0',
    '1 % (2 - 2)',
    '1 << 32',
    '1 << -1',
    '1UL << 64',
    '089',
    '1.5',
    '0x',
    '12abc',
    '"text"',
    "'ab'",
    '1 2',
    '1 +',
    '* 1',
    '&x',
    '(1',
    '1)',
    '()',
    '1 ? 2',
    '1 ? 2 : TCP_ESTABLISHED',
    '(some_t)0x80',
    '(some_t)-1',
    '(struct foo *)0',
    '({ int i = 1; i; })',
    `${'('.repeat(5000)}1${')'.repeat(5000)}`,
    `${'-'.repeat(5000)}1`,
    '9'.repeat(41),
  ])('gives nothing for %.40s', (text) => {
    expect(valueOf(text)).toBeUndefined();
  });

  it('agrees with arithmetic in 64 bits', () => {
    const number = fc.bigInt(0n, 0xffffffffffffffffn).map((n) => ({ text: `${n.toString()}ULL`, value: n }));
    const { tree } = fc.letrec<{ tree: { text: string; value: bigint } }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        number,
        fc
          .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '|', '&', '^'), tie('tree'))
          .map(([a, op, b]) => {
            const x = a.value;
            const y = b.value;
            const results = { '+': x + y, '-': x - y, '*': x * y, '|': x | y, '&': x & y, '^': x ^ y };
            return { text: `(${a.text} ${op} ${b.text})`, value: BigInt.asUintN(64, results[op]) };
          }),
      ),
    }));
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        expect(valueOf(text)).toBe(value);
      }),
    );
  });

  it('never throws', () => {
    const token = fc.constantFrom(
      '1',
      'x',
      '(',
      ')',
      '-',
      '+',
      '?',
      ':',
      '<<',
      '~',
      'u8',
      '"',
      "'",
      '[',
      '{',
      ',',
      '7UL',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 30 }), (tokens) => {
        const value = valueOf(tokens.join(' '));
        expect(value === undefined || typeof value === 'bigint').toBe(true);
      }),
    );
  });
});
