/** The kernels that come with the extension: snapshots in one folder, whose file names are the ids. */
import { readdir } from 'node:fs/promises';
import { machine } from 'node:os';
import { join } from 'node:path';
import { SNAPSHOT_EXTENSION } from '#core/snapshot/codec';
import type { Snapshot } from '#core/snapshot/codec';
import type { BundledKernel } from '#core/messages/bundled-kernels';
import { KernelError, messageOf } from './errors';
import type { KernelLoad } from './load';
import { loadSnapshot, readSnapshot } from './snapshot';

export function openBundled(bundledDir: string, id: string): KernelLoad {
  return loadSnapshot(readBundled(bundledDir, id), { source: 'bundled', location: id });
}

/** The newest bundled kernel of a distribution, for this machine's architecture where there is one. */
export function defaultBundledId(arch: string = machine()): string {
  return /^(aarch64|arm64)$/i.test(arch) ? '6.1-debian-arm64' : '6.12-debian-amd64';
}

/** The ids, oldest kernel first. Rejects with a `KernelError`. */
export async function bundledIds(bundledDir: string): Promise<readonly string[]> {
  const names = await readdir(bundledDir).catch((error: unknown) => {
    throw new KernelError(
      'not-found',
      `no bundled kernels (${messageOf(error)}): install the extension again`,
      error,
    );
  });
  return names
    .filter((name) => name.endsWith(SNAPSHOT_EXTENSION))
    .map((name) => name.slice(0, -SNAPSHOT_EXTENSION.length))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** What the kernel picker shows, oldest kernel first; a damaged one is left out. Rejects with a `KernelError`. */
export async function bundledKernels(bundledDir: string): Promise<readonly BundledKernel[]> {
  const ids = await bundledIds(bundledDir);
  const kernels = await Promise.all(
    ids.map(async (id) => {
      const snapshot = await readSnapshot(fileOf(bundledDir, id)).catch(() => undefined);
      return snapshot && { id, release: snapshot.meta.release, machine: snapshot.meta.machine };
    }),
  );
  return kernels.filter((kernel) => kernel !== undefined);
}

async function readBundled(bundledDir: string, id: string): Promise<Snapshot> {
  try {
    return await readSnapshot(fileOf(bundledDir, id));
  } catch (error) {
    const ids = await bundledIds(bundledDir);
    if (ids.includes(id)) throw error;
    throw new KernelError(
      'unknown-bundled',
      `there is no bundled kernel "${id}": choose one of ${ids.join(', ')}`,
    );
  }
}

/** An id is a file name, never a path that leads out of the folder. */
function fileOf(bundledDir: string, id: string): string {
  return join(bundledDir, `${/^[\w.-]+$/.test(id) ? id : 'unknown'}${SNAPSHOT_EXTENSION}`);
}
