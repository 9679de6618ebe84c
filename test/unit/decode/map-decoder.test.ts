import { describe, expect, it } from 'vitest';
import { createMapDecoder, type DumpedMap } from '#core/decode/map-decoder';
import { objectOf, variants } from './objects';

const map = (fields: Partial<DumpedMap>): DumpedMap => ({
  ...{ name: 'flows', kind: 'hash', keySize: 8, valueSize: 24, internal: false },
  ...fields,
});

/** `struct flow` and `struct traffic` of the fixture, in the byte order of the object. */
function flow(littleEndian: boolean) {
  const key = Uint8Array.of(10, 0, 0, 1, 0x1f, 0x90, 0, 0);
  const traffic = (packets: bigint, bytes: bigint, ifindex: number) => {
    const value = new Uint8Array(24);
    const view = new DataView(value.buffer);
    view.setBigUint64(0, packets, littleEndian);
    view.setBigUint64(8, bytes, littleEndian);
    view.setUint32(16, ifindex, littleEndian);
    return value;
  };
  return { key, traffic };
}

describe.each(variants)('%s', (variant) => {
  const object = objectOf(variant);
  const { key, traffic } = flow(object.elf.littleEndian);

  it('decodes keys and values by their types', () => {
    const decoder = createMapDecoder(object, map({}));
    expect(decoder.columns.map(({ name }) => name)).toEqual([
      ...['key.saddr', 'key.sport'],
      ...['packets', 'bytes', 'last_ifindex'],
    ]);
    expect(decoder.rows([[key, traffic(3n, 4000n, 2)]])).toEqual([
      {
        key: { saddr: '10.0.0.1', sport: 8080 },
        value: { packets: 3, bytes: 4000, last_ifindex: 2 },
        cells: ['10.0.0.1', '8080', '3', '4000', '2'],
      },
    ]);
  });

  it('lists and sums the values of all CPUs', () => {
    const decoder = createMapDecoder(object, map({ kind: 'percpu_hash' }));
    const huge = 2n ** 63n;
    const values = new Uint8Array([...traffic(1n, huge, 2), ...traffic(2n, huge, 2)]);
    const [row] = decoder.rows([[key, values]]);
    expect(row?.value).toEqual([
      { packets: 1, bytes: String(huge), last_ifindex: 2 },
      { packets: 2, bytes: String(huge), last_ifindex: 2 },
    ]);
    expect(row?.cells).toEqual(['10.0.0.1', '8080', '3', String(2n * huge), '4']);
  });

  it('shows global variables by name', () => {
    const data = createMapDecoder(object, map({ name: 'records.data', kind: 'array', internal: true }));
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, 3n, object.elf.littleEndian);
    expect(data.rows([[new Uint8Array(4), bytes]])).toEqual([
      { key: 'dropped', value: 3, cells: ['dropped', '3'] },
    ]);
  });

  it('finds each variable where the linker will put it', () => {
    const bss = createMapDecoder(object, map({ name: 'records.bss', kind: 'array', internal: true }));
    const bytes = new Uint8Array(8);
    // The fixture's symbol table: `counter` at 0, `zero` at 4.
    new DataView(bytes.buffer).setUint32(0, 11, object.elf.littleEndian);
    new DataView(bytes.buffer).setUint32(4, 22, object.elf.littleEndian);
    const rows = bss.rows([[new Uint8Array(4), bytes]]);
    expect(Object.fromEntries(rows.map((row) => [row.key, row.value]))).toEqual({ counter: 11, zero: 22 });
  });
});

describe('a map that the object does not describe', () => {
  const object = objectOf('records');

  it('is shown as numbers where its sizes are those of numbers, else as bytes', () => {
    const decoder = createMapDecoder(object, map({ name: 'legacy', keySize: 4, valueSize: 3 }));
    const rows = decoder.rows([[Uint8Array.of(1, 0, 0, 0), Uint8Array.of(1, 2, 3)]]);
    expect(rows).toEqual([{ key: 1, value: '010203', cells: ['1', '010203'] }]);
    expect(decoder.columns.map(({ name }) => name)).toEqual(['key', 'value']);
  });

  it('is not decoded by a type of another size', () => {
    const decoder = createMapDecoder(object, map({ valueSize: 8 }));
    const [row] = decoder.rows([[new Uint8Array(8), Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0)]]);
    expect(row?.value).toBe(9);
  });
});
