/** An `.ebpfkernel` file as a kernel; the bundled ones (bundled.ts) are loaded the same way. */
import { readFile } from 'node:fs';
import { promisify } from 'node:util';
import { parseAvailableEvents } from '#core/kernel/available-events';
import type { EventName, KernelIndex, KernelProvenance } from '#core/kernel/model';
import type { Parsed } from '#core/result';
import { openSnapshot, MAX_SNAPSHOT_BYTES, SNAPSHOT_HEAD_BYTES } from '#core/snapshot/codec';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { damage } from '#core/snapshot/container';
import { KernelError, pathError } from './errors';
import { createKernelIndex, createNamesIndex, provenanceOf } from './kernel-index';
import { kernelLoad, nextTurn } from './load';
import type { KernelLoad } from './load';
import { readStart } from './slices';

/** What a snapshot is to the user: a file of theirs, or a kernel that came with the extension. */
type Origin = Pick<KernelProvenance, 'source' | 'location'>;
type Events = Parsed<readonly EventName[]>;

export function openSnapshotFile(path: string): KernelLoad {
  return loadSnapshot(path, { source: 'snapshot', location: path });
}

/** Throws a `KernelError` at once where there is no such file, or it is none. */
export function loadSnapshot(path: string, origin: Origin): KernelLoad {
  const { meta, events } = readHead(path, 'later');
  return kernelLoad(Promise.resolve(createNamesIndex(provenanceOf(meta, origin), events)), () => ({
    full: nextTurn().then(() => readAll(path, origin, events)),
  }));
}

type Checksums = 'now' | 'later';

/** The snapshot as far as its events: one small read. Throws a `KernelError`. */
export function readHead(
  path: string,
  checksums: Checksums = 'now',
): { readonly meta: SnapshotMeta; readonly events: Events } {
  const head = readEvents(path, SNAPSHOT_HEAD_BYTES, checksums);
  // Only a kernel with thousands of modules needs more than that; and a damaged file is read twice.
  const { meta, events, problem } =
    head.problem === undefined ? head : readEvents(path, MAX_SNAPSHOT_BYTES, checksums);
  if (meta === undefined || events === '') throw unusable(path, problem ?? 'it has no events');
  return { meta, events: parseAvailableEvents(events) };
}

function readEvents(path: string, bytes: number, checksums: Checksums) {
  const start = readable(path, () => readStart(path, bytes));
  const opened = openSnapshot(start.bytes, start.fileSize, checksums);
  const events = opened.value?.eventsSync();
  return {
    meta: opened.value?.meta,
    events: events?.value ?? '',
    problem: [...opened.problems, ...(events?.problems ?? [])][0]?.message,
  };
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw pathError(path, error);
  }
}

/** Loading `node:fs/promises` costs the first answers 5 ms. */
const readWhole = promisify(readFile);

async function readAll(path: string, origin: Origin, events: Events): Promise<KernelIndex> {
  const bytes = await readWhole(path).catch((error: unknown) => {
    throw pathError(path, error);
  });
  const { value: snapshot, problems } = openSnapshot(bytes);
  if (snapshot === undefined) throw unusable(path, problems[0]?.message ?? 'it cannot be read');
  if (!snapshot.hasIntactEvents()) throw unusable(path, damage('events').message);
  const [formats, btf, modules, features] = await Promise.all([
    snapshot.formats(),
    snapshot.btf(),
    snapshot.modules(),
    snapshot.features(),
  ]);
  return createKernelIndex({
    provenance: provenanceOf(snapshot.meta, origin),
    events,
    formats: formats.value,
    btf: btf.value,
    modules: modules.value,
    functions: () => snapshot.functionsSync(),
    features: features.value,
    problems: [formats, btf, modules, features].flatMap((read) => read.problems),
  });
}

function unusable(path: string, reason: string): KernelError {
  return new KernelError('unusable-snapshot', `${path}: ${reason}`);
}
