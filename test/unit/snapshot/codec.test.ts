import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeSnapshot, openSnapshot, SNAPSHOT_HEAD_BYTES } from '#core/snapshot/codec';
import type { KernelFiles, Snapshot } from '#core/snapshot/codec';
import { formatText } from '#core/snapshot/formats';
import { rewriteTable } from './damage';

const text = 'name: sched_switch\nID: 1\n';
const kernel: KernelFiles = {
  meta: {
    release: '6.1.0',
    machine: 'x86_64',
    uname: 'Linux 6.1.0 x86_64\n',
    capturedAt: '2026-11-24T08:00:00.000Z',
    origin: 'a test',
  },
  events: 'sched:sched_switch\n',
  formats: {
    blob: Buffer.from(text),
    entries: new Map([['sched/sched_switch', { start: 0, end: text.length }]]),
  },
  btf: Buffer.from('btf'),
  modules: new Map([
    ['xfs', Buffer.from('xfs btf')],
    ['snd-pcm', Buffer.from('snd btf')],
  ]),
  functions: 'vfs_read\nvfs_write\n',
  features: { helpers: ['bpf_map_lookup_elem'] },
};
const file = await encodeSnapshot(kernel, { quality: 1 });

function opened(bytes: Uint8Array): Snapshot {
  const { value, problems } = openSnapshot(bytes);
  expect(problems).toEqual([]);
  if (value === undefined) throw new Error('did not open');
  return value;
}

async function readAll(snapshot: Snapshot) {
  return {
    events: snapshot.eventsSync(),
    formats: await snapshot.formats(),
    btf: await snapshot.btf(),
    modules: await snapshot.modules(),
    functions: snapshot.functionsSync(),
    features: await snapshot.features(),
  };
}

describe('snapshot', () => {
  it('gives back all of a kernel', async () => {
    const snapshot = opened(file);
    expect(snapshot.meta).toEqual(kernel.meta);
    const read = await readAll(snapshot);
    expect(Object.values(read).flatMap(({ problems }) => problems)).toEqual([]);
    expect(read.events.value).toBe(kernel.events);
    expect(formatText(read.formats.value, 'sched', 'sched_switch')).toBe(text);
    expect(Buffer.from(read.btf.value ?? []).toString()).toBe('btf');
    expect([...read.modules.value].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['xfs', 'xfs btf'],
      ['snd-pcm', 'snd btf'],
    ]);
    expect(read.functions.value).toBe(kernel.functions);
    expect(read.features.value).toEqual(kernel.features);
  });

  it('leaves out what a kernel does not have', async () => {
    const { meta, events, formats } = kernel;
    const read = await readAll(
      opened(await encodeSnapshot({ meta, events, formats, modules: new Map() }, { quality: 1 })),
    );
    expect(Object.values(read).flatMap(({ problems }) => problems)).toEqual([]);
    expect(read).toMatchObject({
      btf: { value: undefined },
      functions: { value: '' },
      features: { value: undefined },
    });
    expect(read.modules.value.size).toBe(0);
  });

  it.each(['events', 'formats', 'btf', 'functions', 'features', 'modules/xfs.btf'])(
    'loses only the damaged section %s',
    async (name) => {
      const damaged = rewriteTable(file, (table) =>
        table.map((section) => (section['name'] === name ? { ...section, sha256: '' } : section)),
      );
      const problems = Object.values(await readAll(opened(damaged))).flatMap((read) => read.problems);
      expect(problems).toEqual([
        {
          message: `the file is damaged: the section "${name}" is not as it was written; download or capture it again`,
          where: name,
        },
      ]);
    },
  );

  it.each([
    {},
    [],
    { release: 1, machine: 'x86_64' },
    { release: '6.1', machine: 'x86_64', capturedAt: 'yesterday' },
  ])('does not open where meta is %j', async (meta) => {
    const bytes = await encodeSnapshot({ ...kernel, meta: meta as never }, { quality: 1 });
    expect(openSnapshot(bytes)).toMatchObject({ value: undefined, problems: [{ where: 'meta' }] });
  });

  it('does not open without meta', () => {
    const bytes = rewriteTable(file, (table) =>
      table.map((section) => (section['name'] === 'meta' ? { ...section, name: 'other' } : section)),
    );
    expect(openSnapshot(bytes)).toMatchObject({ value: undefined, problems: [{ where: 'meta' }] });
  });

  it('knows features that are not JSON from none', async () => {
    const bytes = rewriteTable(file, (table) =>
      table.map((section) => {
        if (section['name'] === 'features') return { ...section, name: 'old features' };
        return section['name'] === 'functions' ? { ...section, name: 'features' } : section;
      }),
    );
    expect(await opened(bytes).features()).toMatchObject({
      value: undefined,
      problems: [{ where: 'features' }],
    });
  });
});

describe('the bundled snapshots', () => {
  it.each([
    '5.10-debian-amd64',
    '6.1-debian-amd64',
    '6.1-debian-arm64',
    '6.12-debian-amd64',
    '6.18-microvm-amd64',
  ])('%s tells its events by its first bytes', (id) => {
    const bytes = readFileSync(`kernels/${id}.ebpfkernel`);
    const { value } = openSnapshot(bytes.subarray(0, SNAPSHOT_HEAD_BYTES), bytes.length);
    expect(value?.eventsSync().value).toContain('syscalls:sys_enter_fchmodat\n');
    expect(value?.meta.machine).toBe(id.endsWith('arm64') ? 'aarch64' : 'x86_64');
    expect(value?.meta.release.startsWith(id.split('-')[0] ?? '?')).toBe(true);
  });
});
