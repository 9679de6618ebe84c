/** Files that are costly to make and good until what they are made of changes, in `.cache/` of the repository. */
import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../.cache/test/', import.meta.url));

/**
 * The path of `<key>/<name>` in the cache, made by `make(path)` if it is not there. Several tests may ask at once: each
 * makes its own, the first one's stays (others may rest on it), and it appears whole or not at all.
 */
export async function cached(
  name: string,
  inputs: readonly (string | Uint8Array)[],
  make: (path: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input.length}:`).update(input);
  const path = join(folder, hash.digest('hex').slice(0, 16), name);
  if (await exists(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await make(unfinished);
    await link(unfinished, path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  } finally {
    await rm(unfinished, { force: true });
  }
  return path;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
