import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeSnapshot, SNAPSHOT_HEAD_BYTES } from '#core/snapshot/codec';
import { NO_FORMATS } from '#core/snapshot/formats';
import { captureKernel } from '#server/kernel/capture';
import { KernelError } from '#server/kernel/errors';
import { openKernel } from '#server/kernel/open';
import { openSnapshotFile } from '#server/kernel/snapshot';
import { kernelDirectory, temporaryFolder, tick, withoutRights, write } from './kernel-tree';

async function snapshot(): Promise<{ path: string; bytes: Buffer }> {
  const folder = temporaryFolder();
  write(folder, kernelDirectory());
  const { bytes } = await captureKernel(
    { kind: 'directory', path: folder },
    { quality: 1, origin: 'a test' },
  );
  const path = join(folder, 'test.ebpfkernel');
  writeFileSync(path, bytes);
  return { path, bytes: Buffer.from(bytes) };
}

const open = (path: string) => openKernel({ kind: 'snapshot', path }, { bundledDir: '' });

describe('a snapshot file', () => {
  it('is the kernel that was captured', async () => {
    const { path } = await snapshot();
    const load = open(path);
    const names = await load.names;
    expect(names.events).toHaveLength(2);
    expect(names.format('clock', 'tick')).toBeUndefined();
    const kernel = await load.full;
    expect(kernel.provenance).toEqual({
      release: '6.1.0-test',
      machine: 'x86_64',
      source: 'snapshot',
      location: path,
    });
    expect(kernel.events).toEqual(names.events);
    expect(kernel.formatText('clock', 'tick')).toBe(tick);
    expect(kernel.types.struct('spring')?.members[0]?.name).toBe('turns');
    expect(kernel.functions).toEqual(['tick_fn', 'tock_fn']);
    expect(kernel.features).toEqual({ helpers: ['bpf_ktime_get_ns'] });
    expect(kernel.problems).toEqual([]);
  });

  it('is refused at each length that it may be cut to', async () => {
    const { path, bytes } = await snapshot();
    for (let length = 0; length < bytes.length; length += 7) {
      writeFileSync(path, bytes.subarray(0, length));
      await expect(open(path).full).rejects.toMatchObject({ name: 'KernelError', code: 'unusable-snapshot' });
    }
  });

  it('rejects, or has a problem, at each bit that is flipped', async () => {
    const { path, bytes } = await snapshot();
    for (let at = 0; at < bytes.length; at += 5) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      writeFileSync(path, flipped);
      const outcome = await open(path).full.then(
        ({ problems }) => problems.length,
        (error: unknown) => (error instanceof KernelError ? error.code : 0),
      );
      expect(outcome, `at ${at}`).not.toBe(0);
    }
  });

  it('says what to do with one that is damaged', async () => {
    const { path, bytes } = await snapshot();
    writeFileSync(path, bytes.subarray(0, -1));
    await expect(open(path).names).rejects.toMatchObject({
      message: expect.stringMatching(
        /test\.ebpfkernel: the file is damaged: .*; download or capture it again$/,
      ) as string,
    });
  });

  it('says what is wrong with the path', async () => {
    const { path } = await snapshot();
    expect(() => openSnapshotFile(`${path}.old`)).toThrow(
      /does not exist: check the path in the kernel setting/,
    );
    expect(() => openSnapshotFile(join(path, '..'))).toThrow(/cannot be read: EISDIR/);
    chmodSync(path, 0);
    expect(() => withoutRights(() => openSnapshotFile(path))).toThrow(/may not be read by this user/);
  });

  it('opens one whose events are not within its first bytes', async () => {
    const path = join(temporaryFolder(), 'wide.ebpfkernel');
    const origin = 'x'.repeat(SNAPSHOT_HEAD_BYTES);
    const meta = { release: '6.1', machine: 'x86_64', origin };
    const kernel = {
      meta,
      events: 'clock:tick\n',
      formats: NO_FORMATS,
      modules: new Map<string, Uint8Array>(),
    };
    writeFileSync(path, await encodeSnapshot(kernel, { quality: 1 }));
    expect((await open(path).names).events).toHaveLength(1);
  });
});
