/** Random edits of real programs: the pieces that break C, and pieces of other programs. */
import fc from 'fast-check';
import type { TextEdit } from '#server/analysis/analyzer';
import { fixtures } from './fixtures';

const texts = [...fixtures.values()];

const pieces = [
  ...[
    '{',
    '}',
    '(',
    ')',
    '"',
    "'",
    '/*',
    '*/',
    '//',
    ';',
    ',',
    '=',
    '\\',
    '\n',
    '\r\n',
    ' ',
    '->',
    'ctx',
    'struct x ',
  ],
  ...[
    '#if X\n',
    '#else\n',
    '#endif\n',
    '#if 0\n',
    '#ifndef G\n#define G\n',
    '#define CATEGORY "x"\n',
    '#undef OPEN\n',
  ],
  ...[
    'SEC("tp/a/b")\n',
    'SEC("tp/',
    'int variable;\n',
    'typedef struct x t;\n',
    '\u00e9',
    '\ud800',
    '\udc00',
    '\0',
    '\ufffd',
  ],
];

/** An edit in thousandths of the text it meets, so that it fits any. */
export interface AnyEdit {
  readonly start: number;
  readonly length: number;
  readonly newText: string;
}

const slices = fc
  .tuple(fc.constantFrom(...texts), fc.nat(999), fc.nat(150))
  .map(([text, thousandth, length]) => {
    const start = Math.floor((text.length * thousandth) / 1000);
    return text.slice(start, start + length);
  });

export const anyEdit: fc.Arbitrary<AnyEdit> = fc.record({
  start: fc.nat(1000),
  length: fc.oneof({ arbitrary: fc.nat(3), weight: 3 }, fc.nat(300)),
  newText: fc.oneof({ arbitrary: fc.constantFrom(...pieces), weight: 3 }, fc.constant(''), slices),
});

export const anyProgram: fc.Arbitrary<string> = fc.constantFrom(...texts);

/** The edit for this text, and the text after it. */
export function applyTo(text: string, { start, length, newText }: AnyEdit): { edit: TextEdit; text: string } {
  const from = Math.floor((text.length * start) / 1000);
  const to = Math.min(text.length, from + length);
  return {
    edit: { span: { start: from, end: to }, newText },
    text: text.slice(0, from) + newText + text.slice(to),
  };
}

/** Numbers in [0, 1) that are the same in every run. */
export function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    yield state / 0x80000000;
  }
}
