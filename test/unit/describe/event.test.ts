import { expect, it } from 'vitest';
import { describeEvent } from '#server/describe/event';
import { fixtureContext } from '../checks/context';

const { kernel } = await fixtureContext('6.1-debian-amd64');
const fieldLines = (markdown: string, mark: string) =>
  markdown.split('\n').filter((line) => line.startsWith(mark));

it('lists the fields where there is little width', () => {
  const markdown = describeEvent(kernel, 'syscalls', 'sys_enter_openat', 'list');
  expect(fieldLines(markdown, '|')).toEqual([]);
  expect(fieldLines(markdown, '- ')).toEqual([
    '- `ctx->id` · `int __syscall_nr` · signed, 4 bytes',
    '- `ctx->args[0]` · `int dfd`',
    '- `ctx->args[1]` · `const char *filename` · user-space pointer to a string',
    '- `ctx->args[2]` · `int flags`',
    '- `ctx->args[3]` · `umode_t mode`',
  ]);
});

it('says the same in a table', () => {
  const cells = (markdown: string, mark: string, separator: string) =>
    fieldLines(markdown, mark).map((line) =>
      line
        .replace(/^[-|] | \|$/g, '')
        .split(separator)
        .map((cell) => cell.trim())
        .filter((cell) => cell !== ''),
    );
  const [list, table] = [
    describeEvent(kernel, 'sched', 'sched_switch', 'list'),
    describeEvent(kernel, 'sched', 'sched_switch'),
  ];
  expect(fieldLines(list, '- ')).toHaveLength(7);
  expect(cells(list, '- ', ' · ')).toEqual(cells(table, '| ', ' | ').slice(1));
});
