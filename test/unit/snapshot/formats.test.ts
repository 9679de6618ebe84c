import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatText, NO_FORMATS, packFormats, unpackFormats } from '#core/snapshot/formats';
import type { FormatTexts } from '#core/snapshot/formats';

function formatsOf(files: Readonly<Record<string, string>>): FormatTexts {
  const entries = new Map<string, { start: number; end: number }>();
  const parts: Buffer[] = [];
  let end = 0;
  for (const [key, text] of Object.entries(files)) {
    const part = Buffer.from(text);
    parts.push(part);
    entries.set(key, { start: end, end: (end += part.length) });
  }
  return { blob: Buffer.concat(parts), entries };
}

describe('the formats section', () => {
  it('gives back each text, whatever is in it', () => {
    const files = fc.dictionary(
      fc.stringMatching(/^[a-z_-]{1,4}\/[a-z_0-9]{1,4}$/),
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n\n', 'a b 3\n\n', '\nfield:', 'é')),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(files, (texts) => {
        const { value, problems } = unpackFormats(Buffer.concat(packFormats(formatsOf(texts))));
        expect(problems).toEqual([]);
        expect([...value.entries.keys()]).toEqual(Object.keys(texts).sort());
        for (const [key, text] of Object.entries(texts)) {
          const [category = '', name = ''] = key.split('/');
          expect(formatText(value, category, name)).toBe(text);
        }
      }),
    );
  });

  it('has no text for an event that it does not hold', () => {
    expect(
      formatText(formatsOf({ 'sched/sched_switch': 'name: sched_switch\n' }), 'sched', 'x'),
    ).toBeUndefined();
  });

  it.each([
    '',
    'a/b 3\nxyz',
    'a/b 3\n\nxy',
    'a/b 3\n\nxyzz',
    'a/b -1\n\n',
    'a/b\n\n',
    ' 3\n\nxyz',
    'a/b 1.5\n\nx',
  ])('is damaged where it reads %j', (text) => {
    const { value, problems } = unpackFormats(Buffer.from(text));
    expect(value).toBe(NO_FORMATS);
    expect(problems).toMatchObject([{ where: 'formats' }]);
  });
});
