/** Edits as lines of a patch. */
import { expect, test } from 'vitest';
import { changedLines } from '#cli/format/changed-lines';

const text = 'one\ntwo\nthree\nfour\n';
const at = (word: string, length = word.length) => {
  const start = text.indexOf(word);
  return { start, end: start + length };
};
const lines = (...edits: Parameters<typeof changedLines>[1]) =>
  changedLines(text, edits).map(
    ({ kind, line, text: own }) => `${line}${kind === 'added' ? '+' : '-'}${own}`,
  );

test('a word is another', () => {
  expect(lines({ span: at('two'), newText: 'TWO' })).toEqual(['2-two', '2+TWO']);
});

test('lines that are put between others replace nothing, wherever the edit begins', () => {
  expect(lines({ span: at('three', 0), newText: 'new\nlines\n' })).toEqual(['3+new', '4+lines']);
  expect(lines({ span: { start: 7, end: 7 }, newText: '\nnew\nlines' })).toEqual(['3+new', '4+lines']);
});

test('a line that goes', () => {
  expect(lines({ span: { start: 4, end: 8 }, newText: '' })).toEqual(['2-two']);
});

test('two edits of a line are one change, and later lines are numbered as they will be', () => {
  expect(
    lines(
      { span: at('four'), newText: 'FOUR' },
      { span: at('o', 1), newText: 'O' },
      { span: at('e\n', 1), newText: 'E\nhalf' },
    ),
  ).toEqual(['1-one', '1+OnE', '2+half', '4-four', '5+FOUR']);
});

test('the end of a text without a line feed', () => {
  expect(changedLines('end', [{ span: { start: 3, end: 3 }, newText: '\nmore' }])).toEqual([
    { kind: 'added', line: 2, text: 'more' },
  ]);
});
