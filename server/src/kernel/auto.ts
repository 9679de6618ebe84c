/** Nobody chose a kernel: this machine's own where it can be read, else the bundled default. */
import { defaultBundledId, openBundled } from './bundled';
import type { KernelLoad, KernelPlaces } from './load';
import { openLocal } from './local';

export function openAuto(places: KernelPlaces): KernelLoad {
  try {
    return openLocal(places);
  } catch {
    return openBundled(places.bundledDir, defaultBundledId());
  }
}
