/**
 * The format files of a live kernel, kept on disk: two thousand small reads become one. BTF is not cached,
 * sysfs gives it out as fast as a disk. A cache file is a snapshot, so its integrity is checked when it is
 * read; one that is damaged, or that cannot be written, only costs time.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { machine, release, version } from 'node:os';
import { join } from 'node:path';
import { encodeSnapshot, openSnapshot, SNAPSHOT_EXTENSION } from '#core/snapshot/codec';
import type { SnapshotMeta } from '#core/snapshot/codec';
import type { FormatTexts } from '#core/snapshot/formats';
import type { HostPaths } from './load';
import { readText } from './tree';

export interface CachedKernel {
  readonly meta: SnapshotMeta;
  /** The text of `available_events`. */
  readonly events: string;
  readonly formats: FormatTexts;
}

/** Kernels of one machine that are kept: it boots a few, seldom many. */
const KEPT = 4;
/** An unfinished file this old has no writer any more. */
const ABANDONED_MS = 60 * 60 * 1000;
/** Of brotli: 15 ms for all formats, in the thread pool. */
const QUALITY = 4;

/**
 * What identifies the kernel's events: the build, its modules, its events, and the definitions of those that
 * users made at run time (kprobe, uprobe, synthetic and user events), which can change under the same name.
 */
export function identify(host: HostPaths, tracing: string, events: string): string {
  const modules = readText(host.modules).replace(/^(\S+ \S+).*$/gm, '$1');
  const facts = [release(), version(), machine(), readText(host.notes), modules, events];
  facts.push(readText(join(tracing, 'dynamic_events')));
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

/** `undefined` where there is no usable file. */
export async function readCached(cacheDir: string, key: string): Promise<CachedKernel | undefined> {
  const bytes = await readFile(fileOf(cacheDir, key)).catch(() => undefined);
  const snapshot = bytes && openSnapshot(bytes).value;
  if (snapshot === undefined) return undefined;
  const events = snapshot.eventsSync();
  const formats = await snapshot.formats();
  if (events.problems.length > 0 || formats.problems.length > 0) return undefined;
  return { meta: snapshot.meta, events: events.value, formats: formats.value };
}

/** Writes beside the file and renames, so that a reader sees all of it or nothing. Never rejects. */
export async function writeCached(cacheDir: string, key: string, kernel: CachedKernel): Promise<void> {
  const file = fileOf(cacheDir, key);
  const unfinished = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const bytes = await encodeSnapshot({ ...kernel, modules: new Map() }, { quality: QUALITY });
    await mkdir(cacheDir, { recursive: true });
    await writeFile(unfinished, bytes, { flag: 'wx' });
    await rename(unfinished, file);
    await prune(cacheDir);
  } catch {
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

async function prune(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => OURS.test(name));
  const files = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(cacheDir, name))).mtimeMs })),
  );
  const finished = files
    .filter(({ name }) => name.endsWith(SNAPSHOT_EXTENSION))
    .sort((a, b) => b.time - a.time);
  const abandoned = files.filter(
    ({ name, time }) => name.endsWith('.tmp') && time < Date.now() - ABANDONED_MS,
  );
  for (const { name } of [...finished.slice(KEPT), ...abandoned])
    await rm(join(cacheDir, name), { force: true });
}

/** Only these are ever removed: the folder may be shared with others. */
const OURS = /^live-[0-9a-f]{32}\.ebpfkernel(\.[0-9a-f]+\.tmp)?$/;

function fileOf(cacheDir: string, key: string): string {
  return join(cacheDir, `live-${key}${SNAPSHOT_EXTENSION}`);
}
