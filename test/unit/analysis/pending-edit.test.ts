import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PendingEdit } from '#server/analysis/pending-edit';

/** Near each other, so that they meet in every way: a text of 30 letters, and places in and behind it. */
const edit = fc.record({
  span: fc.tuple(fc.nat(40), fc.nat(12)).map(([start, length]) => ({ start, end: start + length })),
  newText: fc.string({ maxLength: 8 }),
});

it('makes of any edits one that leaves the same text', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(edit, fc.boolean()), { maxLength: 12 }), (edits) => {
      let text = 'abcdefghijklmnopqrstuvwxyz0123';
      let taken = text;
      const pending = new PendingEdit(text);
      const take = () => {
        const one = pending.take();
        if (one) taken = taken.slice(0, one.span.start) + one.newText + taken.slice(one.span.end);
        expect(taken).toBe(text);
        expect(pending.take()).toBeUndefined();
      };
      for (const [{ span, newText }, isTaken] of edits) {
        text = text.slice(0, span.start) + newText + text.slice(span.end);
        pending.add({ span, newText });
        expect(pending.text).toBe(text);
        if (isTaken) take();
      }
      take();
    }),
    { numRuns: 2000 },
  );
});

it('replaces no more than was edited', () => {
  const pending = new PendingEdit('0123456789');
  for (const [n, letter] of ['a', 'b', 'c'].entries())
    pending.add({ span: { start: 4 + n, end: 4 + n }, newText: letter });
  pending.add({ span: { start: 6, end: 8 }, newText: '' });
  expect(pending.take()).toEqual({ span: { start: 4, end: 5 }, newText: 'ab' });
});

it('takes no edits together that are far apart', () => {
  const pending = new PendingEdit('x'.repeat(1000));
  expect(pending.joins({ start: 900, end: 900 })).toBe(true);
  pending.add({ span: { start: 500, end: 510 }, newText: 'y' });
  const near = (start: number, end = start) => pending.joins({ start, end });
  expect([near(300), near(299), near(0, 300), near(701), near(702)]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ]);
});
