import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { LineReader, LineTooLong } from '#runner/connection/lines';

const readerOf = (pieces: Iterable<string | Uint8Array>, limit?: number) =>
  new LineReader(
    Readable.from(
      Array.from(pieces, (piece) => Buffer.from(piece)),
      { objectMode: false },
    ),
    limit,
  );

async function all(reader: LineReader): Promise<readonly string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await reader.next();
    if (line === undefined) return lines;
    lines.push(line);
  }
}

test('reads again what it is given back', async () => {
  const reader = readerOf(['archive\nbytes and', ' more\n', 'end\n']);
  expect(await reader.next()).toBe('archive');
  const bytes = await reader.bytes();
  expect(bytes?.toString()).toBe('bytes and');
  reader.unread(Buffer.from('and'));
  expect(await all(reader)).toEqual(['and more', 'end']);
});

test('gives the same lines however the bytes come in pieces', async () => {
  const text = Buffer.from('first\n\nsecond ✓ é\nthe last has no end');
  const lines = ['first', '', 'second ✓ é'];
  for (let size = 1; size <= text.length; size++) {
    const count = Math.ceil(text.length / size);
    const pieces = Array.from({ length: count }, (_, n) => text.subarray(n * size, (n + 1) * size));
    expect(await all(readerOf(pieces)), `pieces of ${size}`).toEqual(lines);
  }
});

test('gives up a line that is longer than the limit, and none that is not', async () => {
  expect(await all(readerOf(['x'.repeat(100), '\n'], 100))).toEqual(['x'.repeat(100)]);
  await expect(all(readerOf(['x'.repeat(60), 'x'.repeat(60), '\n'], 100))).rejects.toThrow(LineTooLong);
});

test('asks for no more than is wanted', async () => {
  let sent = 0;
  function* endless(): Generator<Buffer> {
    for (;;) {
      sent += 1;
      yield Buffer.from(`${'y'.repeat(65_535)}\n`);
    }
  }
  const stream = Readable.from(endless(), { objectMode: false });
  const reader = new LineReader(stream);
  for (let n = 0; n < 10; n++) expect(await reader.next()).toHaveLength(65_535);
  expect(sent).toBeLessThan(20);
  stream.destroy();
});

test('takes a stream that is torn down for one that ends', async () => {
  const stream = new Readable({ read: () => undefined });
  const reader = new LineReader(stream);
  stream.push('whole\npart');
  expect(await reader.next()).toBe('whole');
  const next = reader.next();
  stream.destroy(new Error('gone'));
  expect(await next).toBeUndefined();
});

test('gives what follows the lines as bytes, and none of them twice', async () => {
  const binary = Uint8Array.from([0, 255, 10, 10, 128]);
  const reader = readerOf(['first\nsec', 'ond\n', binary, binary]);
  expect([await reader.next(), await reader.next()]).toEqual(['first', 'second']);
  const bytes: Buffer[] = [];
  for (let piece = await reader.bytes(); piece; piece = await reader.bytes()) bytes.push(piece);
  expect(Buffer.concat(bytes).equals(Buffer.concat([binary, binary]))).toBe(true);

  const one = readerOf([Buffer.concat([Buffer.from('first\n'), binary])]);
  await one.next();
  expect(binary).toEqual(Uint8Array.from((await one.bytes()) ?? []));
  expect(await one.bytes()).toBeUndefined();
});
