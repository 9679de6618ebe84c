import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAvailableEvents } from '#core/kernel/available-events';

const names = (text: string): string[] =>
  parseAvailableEvents(text).value.map((e) => `${e.category}:${e.name}`);

describe('parseAvailableEvents', () => {
  it('sorts by category, then name', () => {
    // `sched_a:…` sorts after `sched:…` by category, though `_` sorts after `:` in the whole line too; `a-b` does not.
    expect(names('sched:sched_switch\na-b:x\na:y\nsched:sched_exec\n')).toEqual([
      'a:y',
      'a-b:x',
      'sched:sched_exec',
      'sched:sched_switch',
    ]);
  });

  it('lists an event of two modules once', () => {
    expect(names('rpcgss:svc\nnet:x\nrpcgss:svc\n')).toEqual(['net:x', 'rpcgss:svc']);
  });

  it('takes CRLF, empty lines and a last line without an end', () => {
    const { value, problems } = parseAvailableEvents('a:b\r\n\r\n\nc:d');
    expect(value).toEqual([
      { category: 'a', name: 'b' },
      { category: 'c', name: 'd' },
    ]);
    expect(problems).toEqual([]);
  });

  it.each(['nocolon', ':x', 'x:', 'a:b:c', 'a: b', 'a/b:c', 'a:b\u0000'])(
    'reports the odd line %j',
    (odd) => {
      const { value, problems } = parseAvailableEvents(`a:b\n${odd}\nc:d\n`);
      expect(value).toHaveLength(2);
      expect(problems).toEqual([{ message: `not category:name: ${odd}`, where: 'line 2' }]);
    },
  );

  it('does not report every line of a file that is something else', () => {
    const { problems } = parseAvailableEvents('odd\n'.repeat(1000));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toBe('980 more lines that are not category:name');
  });

  it('reads back what it gave, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', ':', '\n', '\r', ' ', '/', '\ud800') }),
        (text) => {
          const { value } = parseAvailableEvents(text);
          const again = parseAvailableEvents(value.map((e) => `${e.category}:${e.name}\n`).join(''));
          expect(again).toEqual({ value, problems: [] });
        },
      ),
    );
  });
});
