import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '#core/text/nearest';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', '', 3],
    ['openat', 'opnat', 1],
    ['openat', 'openatt', 1],
    ['openat', 'openst', 1],
    ['inum', 'ium', 1],
    ['xdp', 'xpd', 1],
    ['kitten', 'sitting', 3],
  ])('%s to %s is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, zero only for equals, and a limit does not change what is within it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '_'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, fc.nat(8), (a, b, max) => {
        const distance = editDistance(a, b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        const limited = editDistance(a, b, max);
        if (distance <= max) expect(limited).toBe(distance);
        else expect(limited).toBeGreaterThan(max);
      }),
    );
  });
});

describe('nearest', () => {
  const fields = ['filename', 'flags', 'mode', 'dfd'];

  it('names what a typo may have meant, nearest first', () => {
    expect(nearest('fliename', fields)).toEqual(['filename']);
    expect(nearest('filenam', fields)).toEqual(['filename']);
    expect(nearest('mod', fields)).toEqual(['mode']);
    expect(nearest('sys_enter_opnat', ['sys_enter_open', 'sys_enter_openat', 'sys_enter_openat2'])).toEqual([
      'sys_enter_openat',
      'sys_enter_openat2',
      'sys_enter_open',
    ]);
  });

  it('names nothing that is only remotely alike, nor the word itself', () => {
    expect(nearest('count', fields)).toEqual([]);
    expect(nearest('mode', fields)).toEqual([]);
  });

  it('takes another case for the likeliest mistake', () => {
    expect(nearest('XDP', ['xdq', 'xdp'])).toEqual(['xdp', 'xdq']);
  });

  it('returns no more than asked for', () => {
    expect(nearest('a', ['b', 'c', 'd', 'e'], { limit: 2 })).toEqual(['b', 'c']);
    expect(nearest('abc', ['xyz'], { maxDistance: 3 })).toEqual(['xyz']);
  });
});
