/** The target kernel of a command. */
import { join, resolve } from 'node:path';
import type { KernelIndex } from '#core/kernel/model';
import type { KernelSource } from '#core/settings/kernel-source';
import { bundledIds } from '#server/kernel/bundled';
import { KernelError } from '#server/kernel/errors';
import { openKernel } from '#server/kernel/open';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import type { Io } from './command';
import { kernelSource, MissingError } from './command';

export interface ChosenKernel {
  readonly view: KernelView;
  /** Kernels to check beside it that cannot be read: one sentence each. */
  readonly problems: readonly string[];
  /** Settles when nothing is written to the cache any more. */
  readonly idle: Promise<void>;
}

interface Besides {
  /** The events of all bundled kernels are known by name. */
  readonly alsoKnown?: boolean;
  /** Further kernels, written as `--kernel` is: the `others` of the view. */
  readonly alsoCheck?: readonly string[];
  /** Goes on without those that cannot be read. */
  readonly withoutUnreadable?: boolean;
}

/** Opens the kernel that `--kernel` names. */
export async function chooseKernel(
  option: string | undefined,
  io: Io,
  { alsoKnown = false, alsoCheck = [], withoutUnreadable = false }: Besides = {},
): Promise<ChosenKernel> {
  const source = sourceOf(option, io);
  const load = openKernel(source, places(io));
  const index = await reported(load.full);
  const neighbours = alsoKnown ? await bundledNames(io) : [];
  const chosen = source.kind !== 'auto' || index.provenance.source !== 'bundled';
  const problems: string[] = [];
  const others = await Promise.all(
    alsoCheck.map(async (other) => {
      try {
        const full = await reported(openKernel(sourceOf(other, io), places(io)).full);
        return [createKernelView(full, { chosen: true })];
      } catch (error) {
        if (!withoutUnreadable || !(error instanceof MissingError)) throw error;
        problems.push(`${other} is not checked: ${error.message}`);
        return [];
      }
    }),
  );
  return {
    view: createKernelView(index, { chosen, others: others.flat(), neighbours: () => neighbours }),
    problems,
    idle: load.idle,
  };
}

function sourceOf(option: string | undefined, io: Io): KernelSource {
  const asked = kernelSource(option);
  return 'path' in asked ? { ...asked, path: resolve(io.cwd, asked.path) } : asked;
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
