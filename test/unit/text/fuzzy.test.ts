import { describe, expect, it } from 'vitest';
import { createMatcher } from '#core/text/fuzzy';

/** Sorted, as the kernel index has its events. */
const EVENTS = [
  'filemap/file_check_and_advance_wb_err',
  'power/cpu_idle',
  'sched/sched_process_fork',
  'sched/sched_stat_wait',
  'sched/sched_swap_numa',
  'sched/sched_switch',
  'sched/sched_wakeup',
  'syscalls/sys_enter_chmod',
  'syscalls/sys_enter_fchmod',
  'syscalls/sys_enter_fchmodat',
  'syscalls/sys_enter_fchmodat2',
  'syscalls/sys_enter_open',
  'syscalls/sys_enter_open_by_handle_at',
  'syscalls/sys_enter_openat',
  'syscalls/sys_enter_openat2',
  'syscalls/sys_enter_writev',
  'syscalls/sys_exit_chmod',
  'syscalls/sys_exit_fchmod',
  'syscalls/sys_exit_fchmodat',
  'syscalls/sys_exit_fchmodat2',
  'syscalls/sys_exit_open',
  'syscalls/sys_exit_openat',
  'syscalls/sys_exit_openat2',
  'writeback/inode_switch_wbs',
  'writeback/writeback_start',
  'xfs/xlog_iclog_switch',
];
const events = createMatcher(EVENTS);

function found(query: string, limit = 20): string[] {
  return events.search(query, limit).map(({ index }) => EVENTS[index] ?? '');
}

describe('ranking', () => {
  it('puts the system call whose name was typed first, enter before exit', () => {
    expect(found('fchmodat')).toEqual([
      'syscalls/sys_enter_fchmodat',
      'syscalls/sys_exit_fchmodat',
      'syscalls/sys_enter_fchmodat2',
      'syscalls/sys_exit_fchmodat2',
    ]);
    const openat = found('openat');
    expect(openat[0]).toBe('syscalls/sys_enter_openat');
    expect(openat.indexOf('syscalls/sys_enter_openat2')).toBeLessThan(
      openat.indexOf('syscalls/sys_exit_openat2'),
    );
    expect(openat.slice(0, 4).every((name) => name.includes('openat'))).toBe(true);
    expect(openat.at(-1)).toMatch(/open_by_handle_at$/);
  });

  it('puts a whole word before its start, and the start of a word before a place inside one', () => {
    expect(found('open').slice(0, 2)).toEqual(['syscalls/sys_enter_open', 'syscalls/sys_exit_open']);
    expect(found('chmod')).toEqual([
      'syscalls/sys_enter_chmod',
      'syscalls/sys_exit_chmod',
      'syscalls/sys_enter_fchmod',
      'syscalls/sys_exit_fchmod',
      'syscalls/sys_enter_fchmodat',
      'syscalls/sys_exit_fchmodat',
      'syscalls/sys_enter_fchmodat2',
      'syscalls/sys_exit_fchmodat2',
    ]);
    expect(found('write')[0]).toBe('syscalls/sys_enter_writev');
  });

  it('finds by the last word, by the name and by the whole', () => {
    expect(found('switch')).toEqual([
      'sched/sched_switch',
      'xfs/xlog_iclog_switch',
      'writeback/inode_switch_wbs',
    ]);
    expect(found('sched_switch')[0]).toBe('sched/sched_switch');
    expect(found('sched/sched_switch')).toEqual(['sched/sched_switch']);
  });

  it('takes every separator for every other, and words apart in their order', () => {
    for (const query of ['sched:sched_switch', 'sched sched switch', 'SCHED.SCHED-SWITCH', 'sched switch']) {
      expect(found(query)[0], query).toBe('sched/sched_switch');
    }
    expect(found('sys open').slice(0, 2)).toEqual(['syscalls/sys_enter_open', 'syscalls/sys_exit_open']);
    expect(found('enter/chmod')[0]).toBe('syscalls/sys_enter_chmod');
    expect(found('chmod enter')).toEqual([]);
  });

  it('puts a word where one starts before a word inside another', () => {
    expect(found('sys chmod').slice(0, 3)).toEqual([
      'syscalls/sys_enter_chmod',
      'syscalls/sys_exit_chmod',
      'syscalls/sys_enter_fchmod',
    ]);
  });

  it('falls back to letters in order, fewest gaps first', () => {
    expect(found('schsw')).toEqual([
      'sched/sched_switch',
      'sched/sched_swap_numa',
      'sched/sched_stat_wait',
      'sched/sched_wakeup',
    ]);
    expect(found('fchmdat')).toEqual([
      'syscalls/sys_enter_fchmodat',
      'syscalls/sys_exit_fchmodat',
      'syscalls/sys_enter_fchmodat2',
      'syscalls/sys_exit_fchmodat2',
    ]);
  });

  it('finds nothing where letters are missing or out of order', () => {
    expect(found('xyzzy')).toEqual([]);
    expect(found('hctiws')).toEqual([]);
  });

  it('with one letter, begins with the names that begin with it', () => {
    expect(found('p')[0]).toBe('power/cpu_idle');
    expect(found('c', 1)).toEqual(['power/cpu_idle']);
  });
});

describe('results', () => {
  it('are limited, in descending order of score, and the same every time', () => {
    const first = events.search('sys', 5);
    expect(first).toHaveLength(5);
    expect(first.map(({ score }) => score)).toEqual(
      [...first].map(({ score }) => score).sort((a, b) => b - a),
    );
    expect(events.search('sys', 5)).toEqual(first);
    expect(events.search('sys', 0)).toEqual([]);
    expect(events.search('', 0)).toEqual([]);
  });

  it('of a limited search are the head of the unlimited one', () => {
    for (const query of ['o', 'op', 'sys', 'sched w', 'chmod', 'syso']) {
      expect(found(query, 3), query).toEqual(found(query, 1000).slice(0, 3));
    }
  });

  it('are counted beyond the limit, and only where they are accepted', () => {
    for (const query of ['o', 'sys', 'sched w', 'syso', '', '_', 'qqq']) {
      const all = events.search(query, EVENTS.length);
      expect(
        events.searchAndCount(query, 3, () => true),
        query,
      ).toEqual({
        matches: all.slice(0, 3),
        total: all.length,
      });
      const even = all.filter(({ index }) => index % 2 === 0);
      expect(
        events.searchAndCount(query, 3, (index) => index % 2 === 0),
        query,
      ).toEqual({
        matches: even.slice(0, 3),
        total: even.length,
      });
    }
  });

  it('for a query of separators or nothing are all items in their order', () => {
    expect(found('', 3)).toEqual(EVENTS.slice(0, 3));
    expect(found(' /_ ', 2)).toEqual(EVENTS.slice(0, 2));
  });

  it('follow the section a name has: `tp` before `tp_btf`, `tracepoint` for `trp`', () => {
    const sections = ['raw_tp', 'tracepoint', 'tp', 'tp.s', 'tp_btf'];
    const matcher = createMatcher(sections);
    expect(matcher.search('tp', 9).map(({ index }) => sections[index])).toEqual([
      'tp',
      'tp.s',
      'tp_btf',
      'raw_tp',
      'tracepoint',
    ]);
    expect(matcher.search('trp', 9).map(({ index }) => sections[index])).toEqual(['tracepoint']);
  });
});
