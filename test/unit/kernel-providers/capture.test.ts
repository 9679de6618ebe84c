import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSnapshot } from '#core/snapshot/codec';
import { captureKernel } from '#server/kernel/capture';
import { openSnapshotFile } from '#server/kernel/snapshot';
import { describeUnless } from '#support/requirement';
import { hostFiles, hostPaths, kernelDirectory, temporaryFolder, tick, write } from './kernel-tree';

describe('captureKernel', () => {
  it('keeps what the directory says of itself, and lines sorted', async () => {
    const path = temporaryFolder();
    write(path, kernelDirectory());
    const { bytes, meta, problems } = await captureKernel(
      { kind: 'directory', path },
      { origin: 'a test', quality: 1 },
    );
    expect(problems).toEqual([]);
    expect(meta).toEqual({
      release: '6.1.0-test',
      machine: 'x86_64',
      uname: 'Linux 6.1.0-test x86_64\n',
      origin: 'a test',
    });
    const { value } = openSnapshot(bytes);
    expect(value?.meta).toEqual(meta);
    expect(value?.eventsSync().value).toBe('clock:tick\nclock:tock\n');
    expect(value?.functionsSync().value).toBe('__ftrace_invalid_address___16\ntick_fn\ntock_fn [winder]\n');
  });

  it('says what it could not take with it', async () => {
    const path = temporaryFolder();
    write(path, { ...kernelDirectory(), 'features.json': 'no JSON' });
    const { problems } = await captureKernel({ kind: 'directory', path }, { quality: 1 });
    expect(problems).toMatchObject([{ where: 'features.json' }]);
  });

  it('rejects where there is no kernel', async () => {
    await expect(captureKernel({ kind: 'directory', path: temporaryFolder() })).rejects.toMatchObject({
      code: 'not-a-kernel-directory',
    });
  });
});

describeUnless(
  process.platform === 'linux' ? undefined : 'Linux',
  'captureKernel of the local kernel',
  () => {
    it('is dated, and opens as the same kernel', async () => {
      const folder = temporaryFolder();
      write(folder, hostFiles());
      const { bytes } = await captureKernel({ kind: 'local' }, { quality: 1, host: hostPaths(folder) });
      const path = join(folder, 'live.ebpfkernel');
      writeFileSync(path, bytes);
      const kernel = await openSnapshotFile(path).full;
      expect(Date.parse(kernel.provenance.capturedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
      expect(kernel.formatText('clock', 'tick')).toBe(tick);
      expect(kernel.types.struct('spring')).toBeDefined();
      expect(kernel.problems).toEqual([]);
    });
  },
);
