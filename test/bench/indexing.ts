/** How long a kernel takes to become an index, in a process of its own per run, so that nothing is warm. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from './statistics';

export interface IndexingTimes {
  /** This machine's kernel from scratch, milliseconds. */
  readonly fresh: number;
  /** The same, from the cache on disk. */
  readonly cached: number;
  readonly bundled: number;
}

export function measureIndexing(worker: string, dist: string, scratch: string, runs: number): IndexingTimes {
  const once = (...args: string[]) => {
    const { stdout, status, stderr } = spawnSync(process.execPath, [worker, 'index', dist, ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  };
  const times = (...args: string[]) => Array.from({ length: runs }, () => once(...args));
  const cache = join(scratch, 'cache');
  const fresh = median(times('local'));
  once('local', cache);
  return { fresh, cached: median(times('local', cache)), bundled: median(times('6.12-debian-amd64')) };
}
