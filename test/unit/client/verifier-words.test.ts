import { describe, expect, it } from 'vitest';
import { report } from '#client/doctor/report';
import { costOf, costWords } from '#client/verifier/cost';
import { shortenLog } from '#client/verifier/shorten-log';
import { stateWords } from '#client/verifier/state-words';
import { parseRegisterValue } from '#core/verifier/register-state';

describe('the cost of a verification', () => {
  const words = (log: string) => {
    const cost = costOf(log);
    return cost && costWords(cost);
  };

  it.each([
    [
      'stack depth 64\nprocessed 1204 insns (limit 1000000) max_states_per_insn 1 total_states 12 peak_states 12 mark_read 3\n',
      '1,204 of 1,000,000 instructions · 12 states · 64 bytes of stack',
    ],
    [
      'stack depth 8+0+72\nprocessed 1000001 insns (limit 1000000) max_states_per_insn 4 total_states 1 peak_states 1 mark_read 0\n',
      '1,000,001 of 1,000,000 instructions · 1 state · up to 72 bytes of stack in each of 3 functions',
    ],
    [
      'processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n',
      '2 of 1,000,000 instructions · 0 states',
    ],
  ])('%j', (log, expected) => {
    expect(words(`0: (b7) r0 = 0\n${log}`)).toBe(expected);
  });

  it('is not known of a log without its end', () => {
    expect(words('0: (b7) r0 = 0\n1: (95) exit\n')).toBeUndefined();
    expect(words('')).toBeUndefined();
  });
});

describe('a log that is too long for an editor', () => {
  const log = Array.from({ length: 100 }, (_, n) => `line ${n}`).join('\n');

  it('keeps whole lines of its end, and says how many are missing', () => {
    const lines = shortenLog(log, 80).split('\n');
    const [first, second] = lines;
    expect(first).toBe(`(${100 - (lines.length - 1)} line(s) omitted)`);
    expect(second).toBe(`line ${100 - (lines.length - 1)}`);
    expect(lines.at(-1)).toBe('line 99');
    expect(lines.slice(1).join('\n').length).toBeLessThanOrEqual(80);
  });

  it('is left as it is where it fits', () => {
    expect(shortenLog(log, log.length)).toBe(log);
  });
});

describe('the state of registers', () => {
  const value = parseRegisterValue('map_value_or_null(id=1,map=counts,ks=4,vs=8)');
  const title = { program: 'count', host: 'a_b*', visits: 2, link: 'command:x' };

  it('names the variable, the map, and how often the verifier was there', () => {
    const text = stateWords(
      { instructions: [], before: [{ register: 0, value, name: 'value' }], after: [] },
      title,
    );
    expect(text).toContain('- `r0` = a pointer into a map value (may be NULL) of `counts`: `value`');
    expect(text).toContain('the last of 2 times');
    expect(text).not.toContain('after it');
  });

  it('shows the kernel’s words where it has no own, and no name of a host as Markdown', () => {
    const odd = {
      register: 3,
      value: parseRegisterValue('never_heard_of(x=1)'),
      text: 'never_heard_of(x=1)',
    };
    const text = stateWords({ instructions: [], before: [], after: [odd] }, title);
    expect(text).toContain('- `r3` = `never_heard_of(x=1)`');
    expect(text).toContain('a\\_b\\*');
  });
});

describe('the check of a host', () => {
  const tools = [{ what: 'clang', state: 'ok', found: '/usr/bin/clang' }] as const;

  it('has a row for each finding, with what to do', () => {
    const findings = [
      { what: 'kernel', state: 'ok', found: 'Linux 6.1' },
      { what: 'BTF', state: 'problem', found: 'a|b\nc', help: 'Boot `another`.' },
      { what: 'JIT', state: 'warning', found: 'off', help: 'Switch it on.' },
    ] as const;
    const text = report({ tools, hosts: [{ host: 'alpha', findings }] });
    expect(text).toMatch(/^# Check of alpha\n/);
    expect(text).toContain('1 problem, 1 warning.');
    expect(text).toContain('| ok | kernel | Linux 6.1 |  |');
    expect(text).toContain('| **problem** | BTF | a\\|b c | Boot \\`another\\`. |');
    expect(text).toContain('| **warning** | JIT | off | Switch it on. |');
    expect(text).toContain('| ok | clang | /usr/bin/clang |  |');
  });

  it('says why nothing was found out', () => {
    const failure = {
      code: 'host-unknown',
      message: 'there is no host x',
      help: 'Check the name.',
      detail: 'ssh: y',
    } as const;
    const text = report({ tools, hosts: [{ host: 'x', findings: [], failure }] });
    expect(text).toContain('**Problem: there is no host x.** Check the name.');
    expect(text).toContain('    ssh: y');
  });
});
