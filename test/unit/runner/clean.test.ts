import { expect, test } from 'vitest';
import { cleanLine, cleanStrings, cleanText } from '#runner/text/clean';

// Sequences as in ECMA-48 and xterm's ctlseqs.
test.each([
  ['colour', 'a\u001b[1;31mred\u001b[0mb', 'aredb'],
  ['title, ended by BEL', 'a\u001b]0;owned\u0007b', 'ab'],
  ['clipboard, ended by ST', 'a\u001b]52;c;b3duZWQ=\u001b\\b', 'ab'],
  ['a sequence without end', 'a\u001b]0;never ends', 'a'],
  ['one of 8 bits', 'a\u009b2Jb', 'ab'],
  ['a character set', 'a\u001b(0b', 'ab'],
  ['a carriage return that hides what was said', 'good\rbad', 'goodbad'],
  ['a backspace', 'abc\b\b\bxyz', 'abcxyz'],
  ['a turn of direction', 'a\u202Etxt.exe\u2066b', 'atxt.exeb'],
  ['NUL and DEL', 'a\0b\u007fc', 'abc'],
])('%s goes', (_, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

test('other text stays as it is', () => {
  const text = 'line\n\ttabbed, “quoted” é ✓ 𝄞 "\\" $(id)';
  expect(cleanText(text)).toBe(text);
});

test('a line has blanks for line ends, and not more than it may', () => {
  expect(cleanLine('  one\n\ttwo\r\nthree ')).toBe('one two three');
  expect(cleanLine('x'.repeat(600))).toBe(`${'x'.repeat(500)}…`);
});

test('strings are cleaned wherever they are, and nothing else changes', () => {
  const value = { a: '\u001b[2Jx', b: [1, null, true, ['\u0007y']], c: { d: 'z' } };
  expect(cleanStrings(value)).toEqual({ a: 'x', b: [1, null, true, ['y']], c: { d: 'z' } });
});
