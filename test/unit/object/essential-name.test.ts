import { expect, test } from 'vitest';
import { essentialName } from '#core/object/essential-name';

test.each([
  ['task_struct', 'task_struct'],
  ['task_struct___old', 'task_struct'],
  // The last flavour alone is taken away.
  ['a___b___c', 'a___b'],
  // Three underscores that begin or end a name, or are not three, are no flavour.
  ['___x', '___x'],
  ['x___', 'x___'],
  ['x____y', 'x____y'],
  ['x__y', 'x__y'],
  ['', ''],
])('%s', (name, essential) => {
  expect(essentialName(name)).toBe(essential);
});
