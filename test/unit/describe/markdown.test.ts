import { expect, it } from 'vitest';
import { code, inline, paragraphs, table } from '#server/describe/markdown';
import { describeValues } from '#server/describe/values';

it('fences code that holds a fence', () => {
  expect(code('a```b')).toBe('````c\na```b\n````');
  expect(code('int a;\n')).toBe('```c\nint a;\n```');
});

it('quotes whatever a code span holds', () => {
  expect(inline('x')).toBe('`x`');
  expect(inline('a`b')).toBe('``a`b``');
  expect(inline('`')).toBe('`` ` ``');
});

it('keeps bars inside the cells of a table', () => {
  expect(table(['a', 'b'], [['`x|y`', 'z']])).toBe('| a | b |\n|---|---|\n| `x\\|y` | z |');
});

it('leaves out paragraphs that are not there', () => {
  expect(paragraphs(['a', undefined, '', 'b'])).toBe('a\n\nb');
});

it('names values: flags in hexadecimal, others as they are, long tables cut', () => {
  const table = { field: 'state', expression: 'REC->state', direct: true };
  expect(describeValues({ ...table, kind: 'flags', values: [{ value: -1n, name: 'A|B' }] }, 32)).toBe(
    'Flags: `0xffffffffffffffff` A\\|B',
  );
  expect(describeValues({ ...table, kind: 'symbolic', values: [{ value: -1n, name: '*' }] }, 32)).toBe(
    'Values: `-1` \\*',
  );
  const many = Array.from({ length: 40 }, (_, n) => ({ value: BigInt(n), name: `N${n}` }));
  expect(describeValues({ ...table, kind: 'symbolic', values: many }, 32)).toMatch(/`31` N31 · and 8 more$/);
  expect(
    describeValues(
      { ...table, direct: false, expression: 'REC->a & 0xff', kind: 'symbolic', values: [] },
      32,
    ),
  ).toBe('Values of `a & 0xff`: ');
});
