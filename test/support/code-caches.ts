/** V8's code caches beside the bundles of an installation. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Their names, and which files they are. */
export function codeCaches(folder: string): ReadonlyMap<string, number> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.cache'));
  return new Map(names.map((name) => [name, statSync(join(folder, name)).ino]));
}

/**
 * Runs until a run leaves the caches as they are. On a busy machine a session may be the first to come to something that can
 * wait, and add it; but one that V8 refuses is replaced by each run, and this fails.
 */
export async function expectSettled(folder: string, run: () => Promise<void>): Promise<void> {
  let before = codeCaches(folder);
  for (let left = 4; left > 0; left--) {
    await run();
    const after = codeCaches(folder);
    if ([...after].join() === [...before].join()) return;
    before = after;
  }
  expect.fail('each run replaces a cache');
}
