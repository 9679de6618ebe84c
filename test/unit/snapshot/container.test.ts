import fc from 'fast-check';
import { brotliCompressSync, constants } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeContainer, openContainer } from '#core/snapshot/container';
import { rewriteTable } from './damage';

const first = Buffer.from('first section, repeated. '.repeat(40));
const second = Buffer.from([0, 1, 2, 255, 254]);
const file = await encodeContainer([
  { name: 'first', bytes: first, compression: 4 },
  { name: 'second', bytes: second, compression: 'none' },
  { name: 'empty', bytes: new Uint8Array(0), compression: 4 },
]);

function opened(bytes: Uint8Array) {
  const { value, problems } = openContainer(bytes);
  expect(problems).toEqual([]);
  if (value === undefined) throw new Error('did not open');
  return value;
}

/** Every section, read both ways: its bytes, or `undefined` with the problems. */
async function readAll(bytes: Uint8Array) {
  const { value, problems } = openContainer(bytes);
  if (value === undefined) return { opened: false, problems, sections: [] };
  const sections = [];
  for (const name of value.sections.keys()) {
    const read = await value.read(name);
    expect(value.readSync(name)).toEqual(read);
    sections.push({ name, ...read });
  }
  return { opened: true, problems, sections };
}

describe('container', () => {
  it('gives back every section, on the pool and on the calling thread', async () => {
    const { sections } = await readAll(file);
    expect(sections.map(({ name }) => name)).toEqual(['first', 'second', 'empty']);
    for (const [i, bytes] of [first, second, new Uint8Array(0)].entries()) {
      expect(Buffer.from(sections[i]?.value ?? []).equals(bytes)).toBe(true);
      expect(sections[i]?.problems).toEqual([]);
    }
  });

  it('compresses', () => {
    const section = opened(file).sections.get('first');
    expect(section).toMatchObject({ codec: 'brotli', rawLength: first.length });
    expect(section?.storedLength).toBeLessThan(first.length / 5);
  });

  it('says nothing about a section that was never there', async () => {
    expect(await opened(file).read('third')).toEqual({ value: undefined, problems: [] });
    expect(opened(file).readSync('third')).toEqual({ value: undefined, problems: [] });
  });

  it('reads from a view into a larger buffer', async () => {
    const larger = Buffer.concat([Buffer.alloc(13, 7), file, Buffer.alloc(5, 7)]);
    const { sections } = await readAll(larger.subarray(13, 13 + file.length));
    expect(Buffer.from(sections[0]?.value ?? []).equals(first)).toBe(true);
  });

  it('reads the first sections from the beginning of the file, and calls the rest damaged', async () => {
    const start = file.length - second.length - (opened(file).sections.get('empty')?.storedLength ?? 0);
    const { value } = openContainer(file.subarray(0, start), file.length);
    expect((await value?.read('first'))?.value?.length).toBe(first.length);
    expect((await value?.read('second'))?.problems[0]?.where).toBe('second');
  });

  it('does not open any true prefix of the file', () => {
    for (let length = 0; length < file.length; length++) {
      const { value, problems } = openContainer(file.subarray(0, length));
      expect(value).toBeUndefined();
      expect(problems).toHaveLength(1);
    }
  });

  it('does not open a file with something behind it', () => {
    expect(openContainer(Buffer.concat([file, Buffer.from([0])])).value).toBeUndefined();
  });

  it('finds every flipped bit, and blames the section that it is in', async () => {
    const sections = opened(file).sections;
    const tail = [...sections.values()].reduce((sum, { storedLength }) => sum + storedLength, 0);
    for (let at = 0; at < file.length; at++) {
      const bytes = Buffer.from(file);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      const result = await readAll(bytes);
      if (at < file.length - tail) {
        expect(result).toMatchObject({ opened: false, problems: [{ where: 'header' }] });
        continue;
      }
      const damaged = result.sections.filter(({ value }) => value === undefined);
      expect(damaged).toHaveLength(1);
      expect(damaged[0]?.problems[0]?.message).toBe(
        `the file is damaged: the section "${damaged[0]?.name ?? ''}" is not as it was written; download or capture it again`,
      );
    }
  });

  it('tells what a newer version needs', () => {
    const bytes = Buffer.from(file);
    bytes.writeUInt32LE(2, 8);
    expect(openContainer(bytes).problems[0]?.message).toMatch(
      /^the file was made by a newer version of eBPF Workbench \(format 2, this one reads 1\): update the extension/,
    );
  });

  it('tells a file of another kind from a damaged one', () => {
    expect(openContainer(Buffer.from('available_events\n'.repeat(10))).problems[0]?.message).toMatch(
      /^this is not an \.ebpfkernel file/,
    );
  });

  it('never throws on bytes that begin like a container', () => {
    const magic = Buffer.from('EBPFKRNL\u0001\0\0\0', 'latin1');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        expect(openContainer(Buffer.concat([magic, rest])).value).toBeUndefined();
      }),
    );
  });
});

describe('container with a table that lies', () => {
  it.each([
    ['rawLength', first.length - 1],
    ['rawLength', first.length + 1],
    ['rawLength', 0],
    ['rawLength', 60 * 1024 * 1024],
    ['codec', 'none'],
    ['sha256', ''],
  ])('refuses a section whose %s says %s', async (key, value) => {
    const lying = rewriteTable(file, (table) => table.map((s, i) => (i === 0 ? { ...s, [key]: value } : s)));
    const { sections } = await readAll(lying);
    expect(sections[0]).toMatchObject({ value: undefined, problems: [{ where: 'first' }] });
    expect(Buffer.from(sections[1]?.value ?? []).equals(second)).toBe(true);
  });

  it.each([
    ['rawLength', 65 * 1024 * 1024],
    ['rawLength', -1],
    ['rawLength', 1.5],
    ['storedLength', 1],
    ['storedLength', 2 ** 40],
    ['name', 'second'],
    ['name', 7],
    ['codec', 'zstd'],
  ])('does not open where %s says %s', (key, value) => {
    const lying = rewriteTable(file, (table) => table.map((s, i) => (i === 0 ? { ...s, [key]: value } : s)));
    expect(openContainer(lying).value).toBeUndefined();
  });

  it('does not open where the sections together are too large', () => {
    const lying = rewriteTable(file, () =>
      Array.from({ length: 5 }, (_, i) => ({
        name: `s${i}`,
        codec: 'brotli',
        rawLength: 60 * 1024 * 1024,
        storedLength: 0,
        sha256: '',
      })),
    );
    expect(openContainer(lying.subarray(0, lying.length - tailOf(file))).value).toBeUndefined();
  });

  it.each(['null', '{}', '[[]]', '[{}]', 'no JSON', ''])('does not open where the table is %j', (text) => {
    expect(openContainer(rewriteTable(file, () => text)).value).toBeUndefined();
  });

  it('stops decompressing at the declared length', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(50 * 1024 * 1024), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    });
    expect(bomb.length).toBeLessThan(10_000);
    const lying = rewriteTable(
      await encodeContainer([{ name: 'bomb', bytes: bomb, compression: 'none' }]),
      (table) => table.map((section) => ({ ...section, codec: 'brotli', rawLength: 1024 })),
    );
    const before = process.memoryUsage();
    expect((await readAll(lying)).sections[0]).toMatchObject({ value: undefined });
    const after = process.memoryUsage();
    expect(after.external - before.external).toBeLessThan(8 * 1024 * 1024);
  });
});

function tailOf(bytes: Uint8Array): number {
  return [...opened(bytes).sections.values()].reduce((sum, { storedLength }) => sum + storedLength, 0);
}
