/** The target kernel of a command. */
import { join, resolve } from 'node:path';
import type { KernelIndex } from '#core/kernel/model';
import { bundledIds } from '#server/kernel/bundled';
import { KernelError } from '#server/kernel/errors';
import { openKernel } from '#server/kernel/open';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import type { Io } from './command';
import { kernelSource, MissingError } from './command';

export interface ChosenKernel {
  readonly view: KernelView;
  /** Settles when nothing is written to the cache any more. */
  readonly idle: Promise<void>;
}

/** Opens the kernel that `--kernel` names; `alsoKnown` makes the events of all bundled kernels known by name. */
export async function chooseKernel(
  option: string | undefined,
  io: Io,
  { alsoKnown = false } = {},
): Promise<ChosenKernel> {
  const asked = kernelSource(option);
  const source = 'path' in asked ? { ...asked, path: resolve(io.cwd, asked.path) } : asked;
  const load = openKernel(source, places(io));
  const index = await reported(load.full);
  const neighbours = alsoKnown ? await bundledNames(io) : [];
  const chosen = source.kind !== 'auto' || index.provenance.source !== 'bundled';
  return { view: createKernelView(index, { chosen, neighbours: () => neighbours }), idle: load.idle };
}

async function bundledNames(io: Io): Promise<readonly KernelIndex[]> {
  const ids = await bundledIds(join(io.dist, 'kernels')).catch(() => []);
  return Promise.all(ids.map((id) => reported(openKernel({ kind: 'bundled', id }, places(io)).names)));
}

function places(io: Io) {
  return {
    bundledDir: join(io.dist, 'kernels'),
    ...(io.cacheDir !== undefined && { cacheDir: io.cacheDir }),
  };
}

async function reported<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof KernelError ? new MissingError(error.message) : error;
  }
}
