/** V8's code caches beside the bundles of an installation. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** By their names. */
export type CodeCaches = ReadonlyMap<string, { readonly inode: number; readonly size: number }>;

export function codeCaches(folder: string): CodeCaches {
  const names = readdirSync(folder).filter((name) => name.endsWith('.cache'));
  return new Map(
    names.map((name) => {
      const { ino: inode, size } = statSync(join(folder, name));
      return [name, { inode, size }];
    }),
  );
}

/**
 * One that V8 had refused would have been replaced by one of about its size. By a larger one it may be: a run on a machine with
 * much to do does not come to everything that can wait.
 */
export function expectTaken(before: CodeCaches, after: CodeCaches): void {
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  for (const [name, { inode, size }] of before) {
    const later = after.get(name);
    expect(later?.inode === inode || (later?.size ?? 0) >= size * 1.05, name).toBe(true);
  }
}
