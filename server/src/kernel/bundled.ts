/** The kernels that come with the extension: snapshots in one folder, whose file names are the ids. */
import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { machine } from 'node:os';
import { join } from 'node:path';
import { SNAPSHOT_EXTENSION } from '#core/snapshot/codec';
import type { BundledKernel } from '#core/messages/bundled-kernels';
import { KernelError, messageOf } from './errors';
import type { KernelLoad } from './load';
import { loadSnapshot, readHead } from './snapshot';

/** Throws a `KernelError` at once where there is no such kernel. */
export function openBundled(bundledDir: string, id: string): KernelLoad {
  const files = readFolder(bundledDir);
  if (!files.includes(`${id}${SNAPSHOT_EXTENSION}`)) {
    const ids = idsOf(files).join(', ');
    throw new KernelError('unknown-bundled', `there is no bundled kernel "${id}": choose one of ${ids}`);
  }
  return loadSnapshot(fileOf(bundledDir, id), { source: 'bundled', location: id });
}

/** The newest bundled kernel of a distribution, for this machine's architecture where there is one. */
export function defaultBundledId(arch: string = machine()): string {
  return /^(aarch64|arm64)$/i.test(arch) ? '6.1-debian-arm64' : '6.12-debian-amd64';
}

/** The ids, oldest kernel first; none where the folder cannot be read. */
export async function bundledIds(bundledDir: string): Promise<readonly string[]> {
  return idsOf(await readdir(bundledDir).catch(() => []));
}

/** What the kernel picker shows, oldest kernel first; a damaged one is left out. */
export async function bundledKernels(bundledDir: string): Promise<readonly BundledKernel[]> {
  return (await bundledIds(bundledDir)).flatMap((id) => {
    try {
      const { release, machine } = readHead(fileOf(bundledDir, id)).meta;
      return [{ id, release, machine }];
    } catch {
      return [];
    }
  });
}

function readFolder(bundledDir: string): readonly string[] {
  try {
    return readdirSync(bundledDir);
  } catch (error) {
    throw new KernelError(
      'not-found',
      `no bundled kernels (${messageOf(error)}): install the extension again`,
      error,
    );
  }
}

function idsOf(files: readonly string[]): readonly string[] {
  return files
    .filter((file) => file.endsWith(SNAPSHOT_EXTENSION))
    .map((file) => file.slice(0, -SNAPSHOT_EXTENSION.length))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function fileOf(bundledDir: string, id: string): string {
  return join(bundledDir, `${id}${SNAPSHOT_EXTENSION}`);
}
