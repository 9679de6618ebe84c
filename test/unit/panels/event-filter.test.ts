import { describe, expect, it } from 'vitest';
import { compileFilter, type FilterColumn, type FilteredRow } from '#client/panels/event-filter';
import type { Json } from '#core/decode/json';

const columns: readonly FilterColumn[] = [
  { name: 'time', numeric: false, searched: false },
  { name: 'pid', numeric: true, searched: true },
  { name: 'comm', numeric: false, searched: true },
  { name: 'ret', numeric: true, searched: true },
  { name: 'mode', numeric: true, searched: true },
  { name: 'key.saddr', numeric: false, searched: true },
];

const row = (texts: readonly string[], values: readonly Json[] = texts): FilteredRow => ({
  text: (column) => texts[column] ?? '',
  value: (column) => values[column] ?? null,
});

const rows = {
  bash: row(
    ['10:31:07', '312', 'Bash', '-2 ENOENT', '0644', '127.0.0.1'],
    ['10:31:07', 312, 'Bash', -2, 420, '127.0.0.1'],
  ),
  sshd: row(
    ['10:31:08', '12', 'sshd two words', '0', '0755', 'fe80::1'],
    ['10:31:08', 12, 'sshd two words', 0, 493, 'fe80::1'],
  ),
};

/** The names of the rows that a filter lets through. */
function passes(text: string): string[] {
  const test = compileFilter(text, columns);
  return Object.entries(rows).flatMap(([name, one]) => (test === undefined || test(one) ? [name] : []));
}

describe('words', () => {
  it.each([
    ['', ['bash', 'sshd']],
    ['   ', ['bash', 'sshd']],
    ['bash', ['bash']],
    ['BASH', ['bash']],
    ['12', ['bash', 'sshd']],
    ['enoent 127', ['bash']],
    ['enoent sshd', []],
    ['"two words"', ['sshd']],
    ['"two words', ['sshd']],
    ['"words two"', []],
    // The time is no text that one looks for without saying so.
    ['10:31', []],
    ['fe80::1', ['sshd']],
    ['no:column', []],
  ])('%j lets through %j', (text, names) => {
    expect(passes(text)).toEqual(names);
  });
});

describe('columns', () => {
  it.each([
    ['comm:bash', ['bash']],
    ['comm:as', ['bash']],
    ['COMM:"two words"', ['sshd']],
    ['time:10:31:07', ['bash']],
    ['saddr:127', ['bash']],
    ['key.saddr:fe80', ['sshd']],
    // Numbers as a whole: as they are shown, or as they are.
    ['pid:12', ['sshd']],
    ['pid:312', ['bash']],
    ['ret:-2', ['bash']],
    ['ret:enoent', ['bash']],
    ['mode:0644', ['bash']],
    ['mode:420', ['bash']],
    ['mode:64', []],
    ['pid>100', ['bash']],
    ['pid>=12', ['bash', 'sshd']],
    ['pid<100', ['sshd']],
    ['ret<0', ['bash']],
    ['ret<=0', ['bash', 'sshd']],
    ['comm>1', []],
    // On the way to a value.
    ['pid:', ['bash', 'sshd']],
    ['pid>', ['bash', 'sshd']],
  ])('%j lets through %j', (text, names) => {
    expect(passes(text)).toEqual(names);
  });
});

describe('negation', () => {
  it.each([
    ['-bash', ['sshd']],
    ['!bash', ['sshd']],
    ['-comm:bash', ['sshd']],
    ['-pid>100', ['sshd']],
    ['-comm:bash -comm:sshd', []],
    ['-"two words" ret<0', ['bash']],
    ['-', ['bash', 'sshd']],
    ['bash -', ['bash']],
    ['-pid:', ['bash', 'sshd']],
  ])('%j lets through %j', (text, names) => {
    expect(passes(text)).toEqual(names);
  });
});
