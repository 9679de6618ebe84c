import { describe, expect, it } from 'vitest';
import { isClosed, tokenize } from '#server/analysis/lexer';

const texts = (source: string): string[] => tokenize(source).map((token) => token.text);

describe('lexer', () => {
  it('leaves comments out, and knows none inside of a string', () => {
    expect(texts('a /* b */ c // d\n"/* e */" \'"\' f')).toEqual(['a', 'c', '"/* e */"', `'"'`, 'f']);
  });

  it('ends a string that is not closed with its line', () => {
    expect(texts('SEC("tp/\nint f;')).toEqual(['SEC', '(', '"tp/', 'int', 'f', ';']);
    expect(texts('"a\\\nb" c')).toEqual(['"a\\\nb"', 'c']);
    expect(texts('"a\r\nb')).toEqual(['"a', 'b']);
  });

  it('takes a preprocessor line with its continuations as one token', () => {
    const lines = ['#define A \\', '  1 /* over', 'two */ 2', 'x # y', '  # if "//" //', 'z'].join('\n');
    expect(tokenize(lines).map(({ kind, text }) => [kind, text.split('\n').length])).toEqual([
      ['directive', 3],
      ['word', 1],
      ['punctuation', 1],
      ['word', 1],
      ['directive', 1],
      ['word', 1],
    ]);
  });

  it('keeps offsets', () => {
    const source = 'int  é = 0x1fUL->b ;';
    for (const { text, start, end } of tokenize(source)) expect(source.slice(start, end)).toBe(text);
    expect(texts(source)).toEqual(['int', 'é', '=', '0x1fUL', '->', 'b', ';']);
  });

  it('knows a closed literal from an open one', () => {
    expect(['"a"', '""', '"a\\""', "'x'"].map(isClosed)).toEqual([true, true, true, true]);
    expect(['"a', '"', '"a\\"', '"a\'', '"a\n"'].map(isClosed)).toEqual([false, false, false, false, false]);
  });
});
