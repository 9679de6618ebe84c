/** Archives of hosts in pieces of all sizes: unpacked, cut off, too large. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { TooLarge, unpackGzip, unpackPlain } from '#runner/capture/unpack';
import type { Unpacking } from '#runner/capture/unpack';

const text = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 7)) % 251));
const packed = gzipSync(text);
const limit = 1 << 20;

function feed(unpacking: Unpacking, bytes: Buffer, size: number): Promise<Buffer> {
  for (let at = 0; at < bytes.length; at += size) unpacking.write(bytes.subarray(at, at + size));
  return unpacking.end();
}

test.each([1000, 4096, packed.length])('unpacks pieces of %d bytes', async (size) => {
  const seen: number[] = [];
  const unpacking = unpackGzip(limit, (bytes, added) => {
    const before = seen.at(-1) ?? 0;
    expect(bytes.length).toBe(before + added);
    expect(bytes.equals(text.subarray(0, bytes.length))).toBe(true);
    seen.push(bytes.length);
  });
  expect((await feed(unpacking, packed, size)).equals(text)).toBe(true);
  expect(seen.at(-1)).toBe(text.length);
});

test('takes what is not packed as it is', async () => {
  expect((await feed(unpackPlain(limit), text, 1000)).equals(text)).toBe(true);
});

test('says where it was cut off, and where it is nothing of gzip', async () => {
  const cut = feed(
    unpackGzip(limit, () => undefined),
    packed.subarray(0, -20),
    1000,
  );
  await expect(cut).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  const other = feed(
    unpackGzip(limit, () => undefined),
    text,
    1000,
  );
  await expect(other).rejects.toMatchObject({ code: 'Z_DATA_ERROR' });
});

test('stops at the limit', async () => {
  const large = feed(
    unpackGzip(text.length - 1, () => undefined),
    packed,
    1000,
  );
  await expect(large).rejects.toBeInstanceOf(TooLarge);
  await expect(feed(unpackPlain(text.length - 1), text, 1000)).rejects.toBeInstanceOf(TooLarge);
});
