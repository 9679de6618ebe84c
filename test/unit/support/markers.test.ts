import { describe, expect, it } from 'vitest';
import { parseCursor, parseMarkers } from '#support/markers';

describe('markers', () => {
  it('takes cursors and ranges out of the text', () => {
    const marked = parseMarkers('a/*|*/b /*<*/c /*<*/d/*>*/ e/*>*/');
    expect(marked.text).toBe('ab c d e');
    expect(marked.cursors).toEqual([1]);
    expect(marked.ranges.map(({ start, end }) => marked.text.slice(start, end))).toEqual(['c d e', 'd']);
  });

  it('reads caret comments as expectations on the line above', () => {
    const { text, expectations } = parseMarkers(
      [
        'int a;',
        'SEC("nope")',
        '//   ^^^^ error[unknown-section]: no such section',
        '// ^^^ hint[other]',
      ].join('\n'),
    );
    expect(
      expectations.map(({ span, ...rest }) => ({ at: text.slice(span.start, span.end), ...rest })),
    ).toEqual([
      { at: 'nope', severity: 'error', code: 'unknown-section', message: 'no such section' },
      { at: '("n', severity: 'hint', code: 'other', message: '' },
    ]);
  });

  it('refuses unbalanced ranges and a wrong number of cursors', () => {
    expect(() => parseMarkers('/*<*/a')).toThrow();
    expect(() => parseMarkers('a/*>*/')).toThrow();
    expect(() => parseCursor('a')).toThrow();
    expect(() => parseCursor('/*|*/a/*|*/')).toThrow();
  });
});
