import { expect, test } from 'vitest';
import { readDiagnostics } from '#runner/build/diagnostics';

test('messages of clang and gcc, and nothing else', () => {
  const text = `In file included from /p/a.bpf.c:2:
a.bpf.c:12:5: error: use of undeclared identifier 'x'
   12 |     x = 1;
/p/my file.h:3:1: fatal error: 'vmlinux.h' file not found
a.bpf.c:4:2: warning: here: be careful [-W#warnings]
../b.h:7:9: note: declared here
2 errors generated.
`;
  expect(readDiagnostics(text, '/p')).toEqual([
    {
      file: '/p/a.bpf.c',
      line: 12,
      column: 5,
      severity: 'error',
      message: `use of undeclared identifier 'x'`,
    },
    { file: '/p/my file.h', line: 3, column: 1, severity: 'error', message: `'vmlinux.h' file not found` },
    {
      file: '/p/a.bpf.c',
      line: 4,
      column: 2,
      severity: 'warning',
      message: 'here: be careful [-W#warnings]',
    },
    { file: '/b.h', line: 7, column: 9, severity: 'note', message: 'declared here' },
  ]);
});

test('colours of a build command do not hide them', () => {
  const text = '\u001b[1ma.c:1:2: \u001b[0m\u001b[0;1;31merror: \u001b[0m\u001b[1mwrong\u001b[0m\n';
  expect(readDiagnostics(text, '/p')).toMatchObject([{ file: '/p/a.c', message: 'wrong' }]);
});
