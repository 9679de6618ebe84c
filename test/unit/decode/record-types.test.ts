/** Which types records have, found in the object. The truth is in fixtures/records.bpf.c. */
import { describe, expect, it } from 'vitest';
import { recordSends } from '#core/decode/record-sizes';
import { recordTypes, type RecordHints } from '#core/decode/record-types';
import { BpfObject } from '#core/elf/bpf-object';
import { objectOf, stripped, variants } from './objects';

/** `map size: candidates`, an exclamation mark behind what is certain. */
function summary(object: BpfObject, hints?: RecordHints): string[] {
  return recordTypes(object, hints).flatMap(({ map, shapes }) =>
    shapes.map(({ size, candidates, certain }) => {
      const names = candidates.map(({ name, from }) => `${name} (${from})`).join(', ');
      return `${map} ${size ?? '?'}: ${names}${certain ? ' !' : ''}`;
    }),
  );
}

describe.each(variants)('%s', (variant) => {
  const object = objectOf(variant);

  it('finds the sizes in the instructions', () => {
    expect(recordSends(object)).toEqual([
      { map: 'events', size: 64, function: 'on_open' },
      { map: 'events', size: 8, function: 'on_close' },
      { map: 'samples', size: 24, function: 'on_sample' },
      { map: 'hidden', size: undefined, function: 'on_raw' },
    ]);
  });

  it('finds the types of the variables that are sent', () => {
    expect(summary(object)).toEqual([
      'events 64: struct opened (variable) !',
      'events 8: struct closed (variable), struct flow (size) !',
      'samples 24: sampled_t (variable), struct traffic (size) !',
      'hidden ?: struct flow (variable), struct tail (variable)',
    ]);
  });
});

describe('hints', () => {
  const object = objectOf('records');

  it('decide where the object cannot', () => {
    const hints = new Map([['hidden', ['struct tail']]]);
    expect(summary(object, hints)[3]).toBe('hidden ?: struct tail (source), struct flow (variable) !');
  });

  it('name structs and typedefs, and count for records of their size alone', () => {
    const hints = new Map([
      ['events', ['struct flow', 'struct opened']],
      ['samples', ['sampled_t']],
    ]);
    expect(summary(object, hints).slice(0, 3)).toEqual([
      'events 64: struct opened (source) !',
      'events 8: struct flow (source), struct closed (variable) !',
      'samples 24: sampled_t (source), struct traffic (size) !',
    ]);
  });

  it('are passed over where the object has no such type', () => {
    expect(summary(object, new Map([['hidden', ['struct other', 'not a type', '']]]))).toEqual(
      summary(object),
    );
  });
});

describe('an object without debug information', () => {
  const whole = objectOf('records');
  const object = new BpfObject(stripped(whole), whole.btf, whole.ext);

  it('offers what BTF has of that size, and is sure of nothing', () => {
    expect(summary(object)).toEqual([
      'events 64: ',
      'events 8: struct flow (size)',
      'samples 24: struct traffic (size)',
      'hidden ?: ',
    ]);
  });
});
