/** Every way to a kernel index: one provider a file, one switch over them. */
import type { KernelIndex } from '#core/kernel/model';
import type { KernelSource } from '#core/settings/kernel-source';
import { openAuto } from './auto';
import { openBundled } from './bundled';
import { openDirectory } from './directory';
import { KernelError, messageOf } from './errors';
import { kernelLoad } from './load';
import type { KernelLoad, KernelPlaces } from './load';
import { openLocal } from './local';
import { openSnapshotFile } from './snapshot';

/** Starts to read a kernel; what goes wrong is in the promises of the load. */
export function openKernel(source: KernelSource, places: KernelPlaces): KernelLoad {
  try {
    return open(source, places);
  } catch (error) {
    const reason = error instanceof Error ? error : new KernelError('unreadable', messageOf(error));
    const names = Promise.reject<KernelIndex>(reason);
    return kernelLoad(names, () => ({ full: names }));
  }
}

function open(source: KernelSource, places: KernelPlaces): KernelLoad {
  switch (source.kind) {
    case 'auto':
      return openAuto(places);
    case 'local':
      return openLocal(places);
    case 'bundled':
      return openBundled(places.bundledDir, source.id);
    case 'directory':
      return openDirectory(source.path);
    case 'snapshot':
      return openSnapshotFile(source.path);
  }
}
