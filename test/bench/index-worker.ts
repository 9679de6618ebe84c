/** One indexing run: prints the milliseconds until the whole index is there and its first struct was found. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openKernel } from '#server/kernel/open';

export async function indexOnce(dist: string, kernel: string, cacheDir: string | undefined): Promise<void> {
  const began = performance.now();
  const places = { bundledDir: join(dist, 'kernels'), ...(cacheDir !== undefined && { cacheDir }) };
  const source =
    kernel === 'local' ? ({ kind: 'local' } as const) : ({ kind: 'bundled', id: kernel } as const);
  const load = openKernel(source, places);
  const index = await load.full;
  for (const { category, name } of index.events) index.format(category, name);
  if (!index.types.struct('trace_event_raw_sys_enter')) throw new Error('the index has no types');
  process.stdout.write(String(performance.now() - began));
  await load.idle;
}
