import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { machine, release } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openAuto } from '#server/kernel/auto';
import { findHost } from '#server/kernel/host';
import { openKernel } from '#server/kernel/open';
import { bundledDir } from '#support/bundled';
import { describeUnless } from '#support/requirement';
import { hostFiles, hostPaths, temporaryFolder, tick, tock, withoutRights, write } from './kernel-tree';

const notLinux = process.platform === 'linux' ? undefined : 'Linux';

function host(without: readonly string[] = []) {
  const folder = temporaryFolder();
  write(folder, hostFiles());
  for (const name of without) rmSync(join(folder, name), { recursive: true });
  return { folder, host: hostPaths(folder) };
}

describeUnless(notLinux, 'the local kernel', () => {
  it('is read whole', async () => {
    const { folder, host: paths } = host();
    const { names, full } = openKernel({ kind: 'local' }, { bundledDir, host: paths });
    expect((await names).events).toHaveLength(2);
    const kernel = await full;
    expect(kernel.provenance).toMatchObject({
      release: release(),
      machine: machine(),
      source: 'local',
      location: join(folder, 'tracing'),
    });
    expect(Date.parse(kernel.provenance.capturedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(kernel.formatText('clock', 'tick')).toBe(tick);
    expect(kernel.types.struct('clock')?.name).toBe('clock');
    expect(kernel.types.struct('spring')?.name).toBe('spring');
    expect(kernel.functions).toEqual(['tick_fn', 'tock_fn']);
    expect(kernel.problems).toEqual([]);
  });

  it('is found where debugfs has it', () => {
    const { folder, host: paths } = host(['tracing']);
    write(folder, { 'debug/tracing/available_events': 'clock:tick\n' });
    expect(findHost(paths).tree.tracing).toBe(join(folder, 'debug/tracing'));
  });

  it('has no functions where the kernel refuses them, and that is no problem', async () => {
    const { host: paths } = host(['tracing/available_filter_functions']);
    const kernel = await openKernel({ kind: 'local' }, { bundledDir, host: paths }).full;
    expect(kernel.functions).toEqual([]);
    expect(kernel.problems).toEqual([]);
  });

  it.each([
    [
      'tracefs-not-mounted',
      ['tracing'],
      undefined,
      /run `mount -t tracefs tracefs \/sys\/kernel\/tracing` as root/,
    ],
    ['no-events', [], '', /has no events/],
  ])('says %s, and what to do', async (code, without, events, message) => {
    const { folder, host: paths } = host(without);
    if (events !== undefined) write(folder, { 'tracing/available_events': events });
    const load = openKernel({ kind: 'local' }, { bundledDir, host: paths });
    await expect(load.full).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('says who may read it', () => {
    const { folder, host: paths } = host();
    chmodSync(join(folder, 'tracing'), 0o700);
    expect(() => withoutRights(() => findHost(paths))).toThrow(
      /run `sudo ebpf-workbench capture --kernel local/,
    );
  });
});

describeUnless(notLinux, 'auto', () => {
  it('is the local kernel where it can be read', async () => {
    const kernel = await openAuto({ bundledDir, host: host().host }).full;
    expect(kernel.provenance.source).toBe('local');
  });

  it('is the bundled default where it cannot', async () => {
    const { names, full } = openAuto({ bundledDir, host: host(['tracing']).host });
    const location = machine() === 'aarch64' ? '6.1-debian-arm64' : '6.12-debian-amd64';
    expect((await names).provenance).toMatchObject({ source: 'bundled', location });
    expect((await full).provenance).toMatchObject({ source: 'bundled', location });
  });

  it('rejects where there is neither', async () => {
    const load = openKernel(
      { kind: 'auto' },
      { bundledDir: temporaryFolder(), host: host(['tracing']).host },
    );
    await expect(load.full).rejects.toMatchObject({ code: 'unknown-bundled' });
  });
});

describeUnless(notLinux, 'the cache of the local kernel', () => {
  function cached() {
    const { folder, host: paths } = host();
    const cacheDir = join(folder, 'cache');
    const open = () => {
      const load = openKernel({ kind: 'local' }, { bundledDir, host: paths, cacheDir });
      // It may still be writing.
      onTestFinished(() => load.idle);
      return load;
    };
    const file = () => join(cacheDir, readdirSync(cacheDir).find((name) => name.startsWith('live-')) ?? '');
    return { folder, cacheDir, open, file };
  }

  it('answers for the format files, not for anything else', async () => {
    const { folder, open } = cached();
    const first = open();
    await first.idle;
    rmSync(join(folder, 'tracing/events'), { recursive: true });
    const kernel = await open().full;
    expect(kernel.provenance).toEqual((await first.full).provenance);
    expect(kernel.formatText('clock', 'tick')).toBe(tick);
    expect(kernel.formatText('clock', 'tock')).toBe(tock);
    expect(kernel.types.struct('spring')).toBeDefined();
    expect(kernel.functions).toEqual(['tick_fn', 'tock_fn']);
    expect(kernel.problems).toEqual([]);
  });

  it.each([
    ['another build', { notes: 'another build id' }],
    ['another module', { modules: 'winder 16384 1 - Live 0x0\nbell 4096 0 - Live 0x0\n' }],
    ['a module of another size', { modules: 'winder 20480 1 - Live 0x0\n' }],
    ['another list of events', { 'tracing/available_events': 'clock:tick\n' }],
    ['another dynamic event', { 'tracing/dynamic_events': 'p:clock/tick vfs_read\n' }],
  ])('does not answer for %s', async (_, change) => {
    const { folder, open } = cached();
    await open().idle;
    const changed = tick.replaceAll('cpu', 'core');
    write(folder, { ...change, 'tracing/events/clock/tick/format': changed });
    expect((await open().full).formatText('clock', 'tick')).toBe(changed);
  });

  it('answers while only use counts and addresses of modules change', async () => {
    const { folder, open } = cached();
    await open().idle;
    rmSync(join(folder, 'tracing/events'), { recursive: true });
    write(folder, { modules: 'winder 16384 2 bell, Live 0xffffffffc0001000\n' });
    expect((await open().full).formatText('clock', 'tick')).toBe(tick);
  });

  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([1])])],
  ])('is ignored where it is %s, and written again', async (_, damage) => {
    const { open, file } = cached();
    await open().idle;
    const good = readFileSync(file());
    writeFileSync(file(), damage(good));
    const load = open();
    expect((await load.full).formatText('clock', 'tick')).toBe(tick);
    await load.idle;
    expect(readFileSync(file()).length).toBe(good.length);
  });

  it('is not written where a format could not be read', async () => {
    const { folder, cacheDir, open } = cached();
    rmSync(join(folder, 'tracing/events/clock/tick/format'));
    write(folder, { 'tracing/events/clock/tick/format/x': 'the format is a folder' });
    const load = open();
    await load.idle;
    expect((await load.full).problems.map(({ where }) => where)).toContain('events/clock/tick/format');
    expect(() => readdirSync(cacheDir)).toThrow(/ENOENT/);
  });

  it('costs nothing but time where it cannot be written', async () => {
    const { folder, cacheDir, open } = cached();
    write(folder, { cache: 'a file where the folder should be' });
    const load = open();
    expect((await load.full).formatText('clock', 'tick')).toBe(tick);
    await load.idle;
    expect(readFileSync(cacheDir, 'utf8')).toBe('a file where the folder should be');
  });
});
