/** A bundled kernel as an index. */
import { join } from 'node:path';
import type { KernelIndex } from '#core/kernel/model';
import { openKernel } from '#server/kernel/open';

export function openBundledKernel(dist: string, id: string): Promise<KernelIndex> {
  return openKernel({ kind: 'bundled', id }, { bundledDir: join(dist, 'kernels') }).full;
}
