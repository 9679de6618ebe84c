import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { quote, quoteAll } from '#runner/shell/quote';

/** What sh makes of a line, with the variable that our script has. */
function wordsOf(line: string): readonly string[] {
  const script = `nl='\n'\nprintf '%s\\0' ${line}`;
  return execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1);
}

test('any word is one word for sh, on one line', () => {
  const words = [
    ...[
      '',
      ' ',
      'plain/path-1.c',
      "it's",
      '"',
      '\\',
      '\\n',
      '$HOME',
      '$(id)',
      '`id`',
      '*',
      '?',
      '[a]',
      '~',
      '#',
    ],
    ...[
      'a\nb',
      '\n',
      "'\n'",
      ';',
      '&',
      '|',
      '>x',
      '{a,b}',
      '!',
      '%s',
      '-n',
      'é ✓',
      '\t',
      '\u001b[31m',
      '$nl',
    ],
  ];
  expect(quoteAll(words)).not.toContain('\n');
  expect(wordsOf(quoteAll(words))).toEqual(words);
});

test('what no argument can hold is refused', () => {
  expect(() => quote('a\0b')).toThrow(RangeError);
});
