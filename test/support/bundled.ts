/** The bundled kernels, as the product opens them. */
import { fileURLToPath } from 'node:url';
import { openKernel } from '#server/kernel/open';
import { createKernelView } from '#server/session/kernel-view';
import type { KernelIndex } from '#core/kernel/model';
import type { KernelView } from '#server/view';

export const bundledDir = fileURLToPath(new URL('../../kernels', import.meta.url));

export const bundledKernelIds = [
  '5.10-debian-amd64',
  '6.1-debian-amd64',
  '6.1-debian-arm64',
  '6.12-debian-amd64',
  '6.18-microvm-amd64',
] as const;

export type BundledId = (typeof bundledKernelIds)[number];

export function bundledKernel(id: BundledId): Promise<KernelIndex> {
  return openKernel({ kind: 'bundled', id }, { bundledDir }).full;
}

export async function bundledView(id: BundledId, chosen = true): Promise<KernelView> {
  const neighbours = await Promise.all(
    bundledKernelIds.map((other) => openKernel({ kind: 'bundled', id: other }, { bundledDir }).names),
  );
  return createKernelView(await bundledKernel(id), { chosen, neighbours: () => neighbours });
}

/** One as the target, with the others, or some of them, beside it as kernels of `alsoCheck`. */
export async function severalKernels(
  target: BundledId,
  others: readonly BundledId[] = bundledKernelIds,
): Promise<KernelView> {
  const views = others.map(async (id) => createKernelView(await bundledKernel(id), { chosen: true }));
  return createKernelView(await bundledKernel(target), { chosen: true, others: await Promise.all(views) });
}
