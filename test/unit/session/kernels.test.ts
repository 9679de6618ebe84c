import { expect, it } from 'vitest';
import type { KernelState } from '#core/messages/kernel-state';
import type { KernelSource } from '#core/settings/kernel-source';
import { labelsOf } from '#server/describe/provenance';
import { openKernel } from '#server/kernel/open';
import { hasEvent } from '#server/session/kernel-view';
import { describeSource, openTarget } from '#server/session/kernels';
import { bundledDir } from '#support/bundled';

function open(kernel: KernelSource, alsoCheck: KernelSource[] = [], places = { bundledDir }) {
  const states: KernelState[] = [];
  const problems: string[] = [];
  const opened: KernelSource[] = [];
  const target = openTarget(
    { kernel, alsoCheck },
    {
      open: (source) => {
        opened.push(source);
        return openKernel(source, { ...places, host: noHost });
      },
      neighbours: () => [],
      onState: (state) => states.push(state),
      onProblem: (message) => problems.push(message),
      rested: () => Promise.resolve(),
    },
  );
  return { target, states, problems, opened };
}

/** A machine whose own kernel cannot be read. */
const noHost = { tracing: [], btf: '/nonexistent', modules: '/nonexistent', notes: '/nonexistent' };

it('has names first and the rest after', async () => {
  const { target, states } = open({ kind: 'bundled', id: '6.1-debian-amd64' });
  const names = (await target.names).index;
  expect(names.events).toHaveLength(1372);
  expect(names.formatText('sched', 'sched_switch')).toBeUndefined();
  const full = await target.full;
  expect(full.index.formatText('sched', 'sched_switch')).toBeDefined();
  expect(full.chosen).toBe(true);
  expect(await target.withOthers).toBe(full);
  expect(states.map(({ state }) => state)).toEqual(['loading', 'ready']);
});

it('is nobody’s choice where only auto found it', async () => {
  const { target, states } = open({ kind: 'auto' });
  expect((await target.full).chosen).toBe(false);
  expect(states.at(-1)).toMatchObject({ state: 'ready', source: 'bundled', chosen: false });
});

it('falls back, and is nobody’s choice then either', async () => {
  const { target, states } = open({ kind: 'snapshot', path: '/nonexistent.ebpfkernel' });
  const full = await target.full;
  expect(full.index.provenance.source).toBe('bundled');
  expect(full.chosen).toBe(false);
  expect(states.at(-1)).toMatchObject({ state: 'failed', fallback: { source: 'bundled' } });
});

it('answers with no event at all where nothing can be read', async () => {
  const { target, states } = open({ kind: 'auto' }, [], { bundledDir: '/nonexistent' });
  expect((await target.names).index.events).toEqual([]);
  expect((await target.full).index.events).toEqual([]);
  expect(states).toHaveLength(2);
  expect(states[1]).toMatchObject({ state: 'failed' });
  expect(states[1]).not.toHaveProperty('fallback');
});

it('leaves a kernel of alsoCheck out that cannot be read, and says so once', async () => {
  const { target, problems } = open({ kind: 'bundled', id: '6.1-debian-amd64' }, [
    { kind: 'bundled', id: '6.1-debian-arm64' },
    { kind: 'directory', path: '/nonexistent' },
  ]);
  const { others } = await target.withOthers;
  expect(others.map(({ index }) => index.provenance.location)).toEqual(['6.1-debian-arm64']);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('/nonexistent');
});

it('knows the events of all of them before the rest is read', async () => {
  const { target } = open({ kind: 'bundled', id: '6.1-debian-amd64' }, [
    { kind: 'bundled', id: '6.1-debian-arm64' },
    { kind: 'directory', path: '/nonexistent' },
  ]);
  const { others } = await target.names;
  expect(others.map(({ label, index }) => [label, index.events.length > 1000])).toEqual([
    ['6.1-debian-arm64', true],
  ]);
  expect(others[0]?.index.formatText('sched', 'sched_switch')).toBeUndefined();
});

it('reads each kernel once, and does not check the target against itself', async () => {
  const [amd64, arm64] = [
    { kind: 'bundled', id: '6.1-debian-amd64' },
    { kind: 'bundled', id: '6.1-debian-arm64' },
  ] as const;
  const { target, opened } = open(amd64, [arm64, amd64, arm64]);
  const { others } = await target.withOthers;
  expect(others.map(({ label }) => label)).toEqual(['6.1-debian-arm64']);
  expect(opened).toEqual([amd64, arm64]);
});

it('lets each kernel know the others, and which is the target', async () => {
  const { target } = open({ kind: 'bundled', id: '6.1-debian-amd64' }, [
    { kind: 'bundled', id: '6.1-debian-arm64' },
    { kind: 'bundled', id: '5.10-debian-amd64' },
  ]);
  const kernel = await target.withOthers;
  expect(kernel.target).toBe(kernel);
  const [arm64] = kernel.others;
  expect(arm64?.target).toBe(kernel);
  expect(arm64?.others.map(({ label }) => label)).toEqual(['6.1-debian-amd64', '5.10-debian-amd64']);
  expect(arm64?.elsewhere('syscalls', 'sys_enter_open')).toHaveLength(2);
});

it('tells kernels of one release apart by where they are from', () => {
  const kernel = { release: '6.1.0', machine: 'x86_64' };
  expect(
    labelsOf([
      { ...kernel, source: 'local', location: '/sys/kernel/tracing' },
      { ...kernel, source: 'snapshot', location: '/k/a.ebpfkernel' },
      { ...kernel, release: '6.2.0', source: 'snapshot', location: '/k/b.ebpfkernel' },
      { ...kernel, release: 'unknown', source: 'directory', location: '/k/c' },
    ]),
  ).toEqual(['6.1.0 (this machine)', '6.1.0 (/k/a.ebpfkernel)', '6.2.0', '/k/c']);
});

it('finds events by halves', async () => {
  const { index } = await open({ kind: 'bundled', id: '6.1-debian-amd64' }).target.names;
  for (const { category, name } of index.events) expect(hasEvent(index, category, name)).toBe(true);
  for (const [category, name] of [
    ['', ''],
    ['sched', 'nope'],
    ['zzz', 'z'],
    ['syscalls', 'sys_enter_'],
  ] as const)
    expect(hasEvent(index, category, name)).toBe(false);
});

it('says in words what is read', () => {
  expect(describeSource({ kind: 'auto' })).toBe("this machine's kernel");
  expect(describeSource({ kind: 'directory', path: '/k' })).toBe('/k');
});
