/** The kernel that runs the tests, read as the server reads it. */
import { fileURLToPath } from 'node:url';
import type { KernelIndex } from '#core/kernel/model';
import { openKernel } from '#server/kernel/open';
import { ensureTracefs } from '#support/tracefs';

/** Read anew, without a cache. Needs root. */
export async function liveKernel(): Promise<KernelIndex> {
  await ensureTracefs();
  const bundledDir = fileURLToPath(new URL('../../kernels/', import.meta.url));
  return openKernel({ kind: 'local' }, { bundledDir }).full;
}
