import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileBuffer, inSlices, readLarge, readSmall, readStart } from '#server/kernel/slices';
import { temporaryFolder } from './kernel-tree';

function file(bytes: number): { path: string; content: Buffer } {
  const path = join(temporaryFolder(), 'file');
  const content = Buffer.alloc(bytes, 'the content of a file. ');
  writeFileSync(path, content);
  return { path, content };
}

describe('slices', () => {
  it('give the event loop a turn while there is work, and keep the order', async () => {
    const seen: (number | 'turn')[] = [];
    setImmediate(() => seen.push('turn'));
    await inSlices([1, 2, 3], (item) => {
      seen.push(item);
      const end = performance.now() + 6;
      while (performance.now() < end);
    });
    expect(seen.indexOf('turn')).toBeLessThan(seen.indexOf(3));
    expect(seen.filter((item) => item !== 'turn')).toEqual([1, 2, 3]);
  });

  it('reject with what the step throws', async () => {
    const failing = inSlices([1], () => {
      throw new Error('a step');
    });
    await expect(failing).rejects.toThrow('a step');
  });

  it.each([0, 1, 64 * 1024, 300_001])('read a file of %i bytes, whatever size it claims', async (bytes) => {
    const { path, content } = file(bytes);
    expect(content.equals(readSmall(path, 1e6))).toBe(true);
    expect(content.equals(await readLarge(path, bytes, 1e6))).toBe(true);
    expect(content.equals(await readLarge(path, 0, 1e6))).toBe(true);
  });

  it('stop at the limit', async () => {
    await expect(readLarge('/dev/zero', 0, 1e6)).rejects.toThrow('larger than 1000000 bytes');
    expect(() => readSmall('/dev/zero', 1e6)).toThrow('larger than 1000000 bytes');
  });

  it('leave nothing of a file that could not be read', () => {
    const { path, content } = file(10);
    const buffer = new FileBuffer(4, 1e6);
    buffer.append(path);
    expect(() => buffer.append(join(path, '..'))).toThrow(/EISDIR/);
    expect(() => buffer.append(`${path}.old`)).toThrow(/ENOENT/);
    buffer.append(path);
    expect(Buffer.concat([content, content]).equals(buffer.bytes())).toBe(true);
  });

  it('read the beginning of a file', () => {
    const { path, content } = file(1000);
    expect(readStart(path, 10)).toEqual({ bytes: content.subarray(0, 10), fileSize: 1000 });
    expect(readStart(path, 5000).bytes).toHaveLength(1000);
  });
});
