/** Folders that take a download to make, in `.cache/guests/`. Removing one there has it made anew. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../.cache/guests/', import.meta.url));

/** A folder of the cache: its name, and everything that decides what is in it. */
export interface CachedFolder {
  readonly name: string;
  readonly inputs: readonly string[];
}

/**
 * The path of the folder, filled by `make(path)` if it is not there. It appears by a rename, whole or not at all;
 * where two processes make it at once, the first one's stays.
 */
export async function cachedFolder(
  folder: CachedFolder,
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = pathOf(folder);
  if (existsSync(path)) return path;
  const unfinished = join(root, `.${folder.name}-${randomBytes(6).toString('hex')}`);
  await mkdir(unfinished, { recursive: true });
  try {
    await make(unfinished);
    await rename(unfinished, path).catch((error: unknown) => {
      if (!existsSync(path)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return path;
}

function pathOf({ name, inputs }: CachedFolder): string {
  const hash = createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 12);
  return join(root, `${name}-${hash}`);
}
