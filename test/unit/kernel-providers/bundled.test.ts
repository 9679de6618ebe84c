import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledIds, bundledKernels, defaultBundledId } from '#server/kernel/bundled';
import { openKernel } from '#server/kernel/open';
import { bundledDir, bundledKernelIds } from '#support/bundled';
import { temporaryFolder } from './kernel-tree';

describe('bundled kernels', () => {
  it('are listed oldest first, with what they say of themselves', async () => {
    expect(await bundledIds(bundledDir)).toEqual(bundledKernelIds);
    const kernels = await bundledKernels(bundledDir);
    expect(kernels.map(({ id }) => id)).toEqual(bundledKernelIds);
    expect(kernels[2]).toEqual({
      id: '6.1-debian-arm64',
      release: '6.1.0-56-cloud-arm64',
      machine: 'aarch64',
    });
  });

  // Counted in the captures: sort -u available_events | wc -l.
  it.each([
    ['5.10-debian-amd64', 1330],
    ['6.1-debian-amd64', 1372],
    ['6.1-debian-arm64', 1266],
    ['6.12-debian-amd64', 1534],
    ['6.18-microvm-amd64', 2305],
  ])('%s has %i events, a format for each, and no problem', async (id, count) => {
    const kernel = await openKernel({ kind: 'bundled', id }, { bundledDir }).full;
    expect(kernel.provenance).toMatchObject({ source: 'bundled', location: id });
    expect(kernel.events).toHaveLength(count);
    expect(
      kernel.events.filter(({ category, name }) => kernel.format(category, name)?.name !== name),
    ).toEqual([]);
    expect(kernel.types.struct('task_struct')?.size).toBeGreaterThan(1000);
    expect(kernel.functions.includes('vfs_read')).toBe(id !== '6.18-microvm-amd64');
    expect(kernel.problems).toEqual([]);
  });

  it.each(['5.11-debian-amd64', '', '../kernels/6.1-debian-amd64', '6.1-debian-amd64.ebpfkernel'])(
    'has none of the id %j, and says which there are',
    async (id) => {
      await expect(openKernel({ kind: 'bundled', id }, { bundledDir }).names).rejects.toMatchObject({
        code: 'unknown-bundled',
        message: `there is no bundled kernel "${id}": choose one of ${bundledKernelIds.join(', ')}`,
      });
    },
  );

  it('says what to do where the installation has none', async () => {
    const missing = join(temporaryFolder(), 'missing');
    expect(await bundledIds(missing)).toEqual([]);
    await expect(
      openKernel({ kind: 'bundled', id: 'x' }, { bundledDir: missing }).full,
    ).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('install the extension again') as string,
    });
  });

  it('leaves a damaged one out of the list', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'damaged.ebpfkernel'), 'EBPFKRNL');
    expect(await bundledKernels(folder)).toEqual([]);
  });

  it('has a default for every machine', () => {
    for (const arch of ['x86_64', 'aarch64', 'arm64', 'riscv64']) {
      expect(bundledKernelIds).toContain(defaultBundledId(arch));
    }
    expect(defaultBundledId('aarch64')).toBe(defaultBundledId('arm64'));
    expect(defaultBundledId('aarch64')).toContain('arm64');
  });
});
