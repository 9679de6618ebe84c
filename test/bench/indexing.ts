/** How long a kernel takes to become an index, in a process of its own per run, so that nothing is warm. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { goal, table } from './section';
import type { Section } from './section';
import { median, milliseconds } from './statistics';

interface IndexingTimes {
  /** This machine's kernel from scratch, milliseconds. */
  readonly fresh: number;
  /** The same, from the cache on disk. */
  readonly cached: number;
  readonly bundled: number;
}

function measureIndexing(worker: string, dist: string, scratch: string, runs: number): IndexingTimes {
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

export const indexing: Section = {
  name: 'indexing',
  measure({ worker, dist, workspace }) {
    const times = measureIndexing(worker, dist, workspace.folder, 9);
    return Promise.resolve(`## Indexing a kernel

Each run in a fresh process, until all formats are parsed.

${table(
  ['', '', 'target'],
  [
    ["this machine's kernel from scratch", milliseconds(times.fresh), goal(times.fresh, 150, 'ms')],
    ["this machine's kernel from the cache", milliseconds(times.cached), ''],
    ['a bundled kernel', milliseconds(times.bundled), ''],
  ],
)}`);
  },
};
