/** An `.ebpfkernel` file as a kernel; the bundled ones (bundled.ts) are loaded the same way. */
import { readFile } from 'node:fs/promises';
import type { KernelProvenance } from '#core/kernel/model';
import { openSnapshot } from '#core/snapshot/codec';
import type { Snapshot } from '#core/snapshot/codec';
import { KernelError, pathError } from './errors';
import { createKernelIndex, createNamesIndex, provenanceOf } from './kernel-index';
import { kernelLoad } from './load';
import type { KernelLoad } from './load';

/** What a snapshot is to the user: a file of theirs, or a kernel that came with the extension. */
type Origin = Pick<KernelProvenance, 'source' | 'location'>;

export function openSnapshotFile(path: string): KernelLoad {
  return loadSnapshot(readSnapshot(path), { source: 'snapshot', location: path });
}

export function loadSnapshot(file: Promise<Snapshot>, origin: Origin): KernelLoad {
  const opened = file.then(async (snapshot) => {
    const events = await snapshot.events();
    if (events.value === '')
      throw unusable(origin.location, events.problems[0]?.message ?? 'it has no events');
    return { snapshot, events: events.value, provenance: provenanceOf(snapshot.meta, origin) };
  });
  return kernelLoad({
    names: opened.then(({ events, provenance }) => createNamesIndex(provenance, events)),
    full: opened.then(async ({ snapshot, events, provenance }) => {
      const [formats, btf, modules, features] = await Promise.all([
        snapshot.formats(),
        snapshot.btf(),
        snapshot.modules(),
        snapshot.features(),
      ]);
      return createKernelIndex({
        provenance,
        events,
        formats: formats.value,
        btf: btf.value,
        modules: modules.value,
        functions: () => snapshot.functionsSync(),
        features: features.value,
        problems: [formats, btf, modules, features].flatMap(({ problems }) => problems),
      });
    }),
  });
}

/** Reads and opens the file. Rejects with a `KernelError`. */
export async function readSnapshot(path: string): Promise<Snapshot> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw pathError(path, error);
  });
  const { value, problems } = openSnapshot(bytes);
  if (value === undefined) throw unusable(path, problems[0]?.message ?? 'it cannot be read');
  return value;
}

function unusable(location: string, reason: string): KernelError {
  return new KernelError('unusable-snapshot', `${location}: ${reason}`);
}
