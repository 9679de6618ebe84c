import { describe, expect, it } from 'vitest';
import { matchedParts } from '#client/views/matched-parts';
import { baseNameOf, nameProblem, withExtension } from '#client/wizard/names';

describe('the name of a new program', () => {
  it.each([
    ['chmod', 'chmod.bpf.c', 'chmod'],
    ['chmod.c', 'chmod.bpf.c', 'chmod'],
    ['chmod.bpf.c', 'chmod.bpf.c', 'chmod'],
    ['src/open.at.bpf.c', 'src/open.at.bpf.c', 'open.at'],
    ['src\\chmod', 'src\\chmod.bpf.c', 'chmod'],
  ])('%s is %s, called %s', (name, file, base) => {
    expect(withExtension(name)).toBe(file);
    expect(baseNameOf(name)).toBe(base);
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each(['', '.bpf.c', 'src/', '/etc/chmod', 'C:\\chmod', '../chmod', 'src/../../chmod'])(
    '%j is none',
    (name) => {
      expect(nameProblem(name)).toBeTypeOf('string');
    },
  );
});

describe('matchedParts', () => {
  it.each([
    ['sys_enter_fchmodat', 'fchm', [[10, 14]]],
    ['sched_switch', 'sw sched', [[0, 5], [6, 8]]], // prettier-ignore
    ['sched_switch', 'SCHED/Switch', [[0, 5], [6, 12]]], // prettier-ignore
    ['sched_switch', 'sched sch', [[0, 5]]],
    ['sched_switch', 'net', []],
    ['sched_switch', '', []],
  ])('of %s for %j', (name, query, expected) => {
    expect(matchedParts(name, query)).toEqual(expected);
  });
});
