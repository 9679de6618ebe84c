import { expect, it } from 'vitest';
import type { Finding } from '#server/checks/check';
import { merged } from '#server/checks/merge';
import { inWords } from '#server/describe/words';

const finding = (start: number, more: Partial<Finding> = {}): Finding => ({
  code: 'ctx-type',
  span: { start, end: start + 1 },
  message: 'It is wrong.',
  severity: 'error',
  dependsOnKernel: true,
  fixes: [],
  ...more,
});
const on = (label: string, ...findings: Finding[]) => ({ label, findings });
const fix = { title: 'Change it', edits: [], preferred: true };

it('leaves one kernel’s findings as they are, with what to write instead', () => {
  expect(merged(on('6.1', finding(0, { advice: 'Write it so.' }), finding(4)), [])).toEqual([
    finding(0, { message: 'It is wrong. Write it so.' }),
    finding(4),
  ]);
});

it('says once what holds on several, with the words and fixes of the target', () => {
  const own = finding(0, { message: 'The target says so.', fixes: [fix] });
  expect(merged(on('6.1', own, own), [on('5.10', finding(0)), on('6.12', finding(0)), on('6.18')])).toEqual([
    { ...own, message: 'The target says so. Also on 5.10 and 6.12.', holdsOn: ['6.1', '5.10', '6.12'] },
  ]);
});

it('names no kernels where every kernel says the same', () => {
  const own = finding(0, { dependsOnKernel: false });
  const [said] = merged(on('6.1', own), [on('5.10', own)]);
  expect(said?.message).toBe(own.message);
});

it('warns of what only others refuse, without the fixes and the advice for them', () => {
  const portable = { ...fix, title: 'Right everywhere', portable: true as const };
  const other = finding(0, { fixes: [fix, portable], advice: 'Write it as on 5.10.' });
  expect(merged(on('6.1'), [on('5.10', other), on('6.12', finding(8, { severity: 'hint' }))])).toEqual([
    finding(0, {
      severity: 'warning',
      message: 'On 5.10: It is wrong.',
      fixes: [portable],
      holdsOn: ['5.10'],
    }),
    finding(8, { severity: 'hint', message: 'On 6.12: It is wrong.', holdsOn: ['6.12'] }),
  ]);
});

it('tells apart what kernels say differently of one place', () => {
  const others = [on('5.10', finding(0)), on('5.15', finding(0, { message: 'No.' })), on('6.1', finding(0))];
  expect(merged(on('6.12'), others)).toEqual([
    finding(0, {
      severity: 'warning',
      message: 'On 5.10 and 6.1: It is wrong. On 5.15: No.',
      holdsOn: ['5.10', '5.15', '6.1'],
    }),
  ]);
});

it('joins names', () => {
  expect([inWords([]), inWords(['a']), inWords(['a', 'b']), inWords(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});
