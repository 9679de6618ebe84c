import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KernelIndex } from '#core/kernel/model';
import { openKernel } from '#server/kernel/open';
import { openDirectory } from '#server/kernel/directory';
import { hidden, kernelDirectory, temporaryFolder, tick, withoutRights, write } from './kernel-tree';

/** A kernel directory without some files, or with others in their place. */
function directory(without: readonly string[] = [], instead: Record<string, string> = {}): string {
  const path = temporaryFolder();
  write(path, kernelDirectory());
  for (const name of without) rmSync(join(path, name), { recursive: true });
  write(path, instead);
  return path;
}

function open(path: string): Promise<KernelIndex> {
  return openKernel({ kind: 'directory', path }, { bundledDir: '' }).full;
}

describe('a kernel directory', () => {
  it('is read whole', async () => {
    const path = directory();
    const kernel = await open(path);
    expect(kernel.provenance).toEqual({
      release: '6.1.0-test',
      machine: 'x86_64',
      source: 'directory',
      location: path,
    });
    expect(kernel.events).toEqual([
      { category: 'clock', name: 'tick' },
      { category: 'clock', name: 'tock' },
    ]);
    expect(kernel.formatText('clock', 'tick')).toBe(tick);
    expect(kernel.format('clock', 'tock')).toMatchObject({
      id: 8,
      fields: [{ name: 'when', offset: 8, size: 8 }],
    });
    expect(kernel.types.struct('clock')?.members[0]?.name).toBe('hands');
    expect(kernel.types.struct('spring')?.members[0]?.name).toBe('turns');
    expect(kernel.functions).toEqual(['tick_fn', 'tock_fn']);
    expect(kernel.features).toEqual({ helpers: ['bpf_ktime_get_ns'] });
    expect(kernel.problems).toEqual([]);
  });

  it('has the formats of events that are not available', async () => {
    const kernel = await open(directory());
    expect(kernel.formatText('ftrace', 'function')).toBe(hidden);
    expect(kernel.events.some(({ category }) => category === 'ftrace')).toBe(false);
  });

  it('tells the names first', async () => {
    const names = await openKernel({ kind: 'directory', path: directory() }, { bundledDir: '' }).names;
    expect(names.events).toHaveLength(2);
    expect(names.provenance.release).toBe('6.1.0-test');
    expect(names.format('clock', 'tick')).toBeUndefined();
    expect(names.types.empty).toBe(true);
  });

  it('knows no release without uname', async () => {
    const kernel = await open(directory(['uname']));
    expect(kernel.provenance).toMatchObject({ release: 'unknown', machine: 'unknown' });
    expect(kernel.problems).toEqual([]);
  });

  it('has no types without BTF, and says so', async () => {
    const kernel = await open(directory(['vmlinux.btf']));
    expect(kernel.types.empty).toBe(true);
    expect(kernel.problems).toMatchObject([{ message: expect.stringContaining('no BTF') as string }]);
    expect(kernel.format('clock', 'tick')?.id).toBe(7);
  });

  it('has only the types of vmlinux without modules', async () => {
    const kernel = await open(directory(['modules']));
    expect(kernel.types.struct('clock')).toBeDefined();
    expect(kernel.types.struct('spring')).toBeUndefined();
    expect(kernel.problems).toEqual([]);
  });

  it('has no formats without events/, and says so', async () => {
    const kernel = await open(directory(['events']));
    expect(kernel.format('clock', 'tick')).toBeUndefined();
    expect(kernel.events).toHaveLength(2);
    expect(kernel.problems).toMatchObject([{ message: 'no format files: fields are unknown' }]);
  });

  it('loses one event with one format file', async () => {
    const kernel = await open(directory(['events/clock/tick/format']));
    expect(kernel.format('clock', 'tick')).toBeUndefined();
    expect(kernel.format('clock', 'tock')?.id).toBe(8);
    expect(kernel.problems).toEqual([{ message: 'no format file for 1 of 2 events', where: 'clock:tick' }]);
  });

  it('blames the format file that is none', async () => {
    const kernel = await open(directory([], { 'events/clock/tick/format': 'rubbish\n' }));
    expect(kernel.format('clock', 'tick')).toBeUndefined();
    expect(kernel.format('clock', 'tock')?.id).toBe(8);
    expect(kernel.problems.length).toBeGreaterThan(0);
    for (const { where } of kernel.problems) expect(where).toMatch(/^events\/clock\/tick\/format/);
  });

  it('knows no functions and no features without their files', async () => {
    const kernel = await open(directory(['available_filter_functions', 'features.json']));
    expect(kernel.functions).toEqual([]);
    expect(kernel.features).toBeUndefined();
    expect(kernel.problems).toEqual([]);
  });

  it('says what is wrong with features.json and with BTF', async () => {
    const kernel = await open(directory([], { 'features.json': '{', 'vmlinux.btf': 'rubbish' }));
    expect(kernel.features).toBeUndefined();
    expect(kernel.types.struct('clock')).toBeUndefined();
    expect(kernel.problems.some(({ where }) => where === 'features.json')).toBe(true);
    expect(kernel.problems.length).toBeGreaterThan(1);
  });

  it.each([
    [['available_events'], {}, 'not-a-kernel-directory', /has no file available_events/],
    [[], { available_events: '\n' }, 'no-events', /available_events is empty: capture/],
  ])('is refused without %j', async (without, instead, code, message) => {
    const load = openKernel({ kind: 'directory', path: directory(without, instead) }, { bundledDir: '' });
    const expected = { name: 'KernelError', code, message: expect.stringMatching(message) as string };
    await expect(load.names).rejects.toMatchObject(expected);
    await expect(load.full).rejects.toMatchObject(expected);
    await load.idle;
  });

  it('is refused where it does not exist, is a file, or may not be read', () => {
    const path = directory();
    expect(() => openDirectory(join(path, 'nowhere'))).toThrow(/nowhere does not exist: check the path/);
    expect(() => openDirectory(join(path, 'uname'))).toThrow(/is a file: a kernel directory is a folder/);
    chmodSync(join(path, 'available_events'), 0);
    expect(() => withoutRights(() => openDirectory(path))).toThrow(/may not be read by this user/);
  });
});
