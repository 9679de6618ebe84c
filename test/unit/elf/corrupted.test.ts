/** Objects that no compiler wrote: nothing throws, nothing runs on. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMapDecoder } from '#core/decode/map-decoder';
import { recordFormats } from '#core/decode/record-formats';
import { createRecordDecoder } from '#core/decode/record-decoder';
import { ByteSource } from '#core/decode/source';
import { readBpfObject } from '#core/elf/bpf-object';
import { relocationsOf } from '#core/elf/reader';
import { objectBytes, variants } from '../decode/objects';

const record = new Uint8Array(64).fill(0xa5);
const source = new ByteSource(record);

/** Asks for everything that an object is asked for, and returns how much came out. */
function exercise(bytes: Uint8Array): number {
  const { value: object, problems } = readBpfObject(bytes);
  const { elf, btf, debug } = object;
  let count = problems.length + debug.problems.length;
  for (const section of elf.sections) count += relocationsOf(elf, section).length;
  for (const formats of recordFormats(object).values()) {
    for (const size of [4, 8, 24, 64]) {
      const decoder = formats.decoder(size);
      decoder.json(source, 0, size);
      count += decoder.line(source, 0, size).length;
    }
  }
  for (const { name } of object.maps) {
    const map = { name, kind: 'percpu_hash', keySize: 8, valueSize: 24, internal: false };
    count += createMapDecoder(object, map).rows([[record.subarray(0, 8), record.subarray(0, 48)]]).length;
  }
  for (let id = 0; id < btf.endId; id++) {
    const decoder = createRecordDecoder({ types: btf, id });
    count += decoder.columns.reduce((sum, _, i) => sum + decoder.text(i, source, 0, 64).length, 0);
  }
  return count;
}

describe.each(variants)('%s', (variant) => {
  const real = objectBytes(variant);

  it('is exercised as it is', () => {
    expect(exercise(real.slice())).toBeGreaterThan(100);
  });

  it('may end anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: real.length }), (length) => {
        exercise(real.slice(0, length));
      }),
      { numRuns: 25 },
    );
  });

  it('may have any bytes anywhere', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: real.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
        const bytes = real.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        exercise(bytes);
      }),
      { numRuns: 60 },
    );
  });
});
