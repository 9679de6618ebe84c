/** How long a kernel takes to become an index, in a process of its own per run, so that nothing is warm. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
  /** `cat` of the files that are read from scratch. */
  readonly copied: number;
}

const tracefs = '/sys/kernel/tracing';

function kernelFiles(): readonly string[] {
  const events = join(tracefs, 'events');
  const formats = readdirSync(events, { withFileTypes: true })
    .filter((category) => category.isDirectory())
    .flatMap(({ name: category }) =>
      readdirSync(join(events, category), { withFileTypes: true })
        .filter((event) => event.isDirectory())
        .map(({ name }) => join(events, category, name, 'format')),
    );
  return [...formats, join(tracefs, 'available_events'), '/sys/kernel/btf/vmlinux'];
}

function timeOfCopy(files: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync('cat', files, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('cat cannot read the kernel');
  return performance.now() - start;
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
  const files = kernelFiles();
  const pairs = Array.from({ length: runs }, () => [once('local'), timeOfCopy(files)] as const);
  once('local', cache);
  return {
    fresh: median(pairs.map(([ours]) => ours)),
    copied: median(pairs.map(([, copy]) => copy)),
    cached: median(times('local', cache)),
    bundled: median(times('6.12-debian-amd64')),
  };
}

export const indexing: Section = {
  name: 'indexing',
  measure({ worker, dist, workspace }) {
    const times = measureIndexing(worker, dist, workspace.folder, 9);
    return Promise.resolve(`## Indexing a kernel

Each run in a fresh process, until all formats are parsed. The peer is \`cat\` of the same files to nowhere: the kernel makes
the text of a format when it is read.

${table(
  ['', 'ours', 'cat', 'ours ÷ cat', 'target'],
  [
    [
      "this machine's kernel from scratch",
      ...[
        milliseconds(times.fresh),
        milliseconds(times.copied),
        `${(times.fresh / times.copied).toFixed(1)}×`,
      ],
      goal(times.fresh, 150, 'ms'),
    ],
    ["this machine's kernel from the cache", milliseconds(times.cached), '', '', ''],
    ['a bundled kernel', milliseconds(times.bundled), '', '', ''],
  ],
)}`);
  },
};
