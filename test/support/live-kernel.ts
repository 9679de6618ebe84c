/** The kernel that runs the tests, read as the server reads it. */
import { openKernel } from '#server/kernel/open';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelView } from '#server/view';
import { bundledDir } from '#support/bundled';
import { ensureTracefs } from '#support/tracefs';

/** Read anew, without a cache, and chosen: findings keep their severity. Needs root. */
export async function liveKernel(): Promise<KernelView> {
  await ensureTracefs();
  return createKernelView(await openKernel({ kind: 'local' }, { bundledDir }).full, { chosen: true });
}
