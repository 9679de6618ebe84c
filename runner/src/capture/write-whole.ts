/** A file that is there whole, or as it was before. */
import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  // A link stays one.
  const target = await realpath(path).catch(() => path);
  const there = await stat(target).catch(() => undefined);
  if (there !== undefined && !there.isFile()) {
    // A device or a pipe is written to, and must not be replaced; a folder refuses.
    await writeFile(target, bytes);
    return;
  }
  const unfinished = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(unfinished, bytes, { flag: 'wx' });
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
