import { describe, expect, it } from 'vitest';
import { completeEarly } from '#server/features/completion/early';
import type { CompletionItem } from '#server/features/completion/item';
import { openBundled } from '#server/kernel/bundled';
import { createKernelView } from '#server/session/kernel-view';
import { SECTIONS } from '#core/bpf/section-table';
import { bundledDir } from '#support/bundled';
import { parseCursor } from '#support/markers';

const kernel = openBundled(bundledDir, '6.1-debian-amd64').names.then((index) =>
  createKernelView(index, { chosen: true }),
);

async function itemsAt(source: string): Promise<readonly CompletionItem[] | undefined> {
  const { text, offset } = parseCursor(source);
  return completeEarly({ uri: 'file:///x.bpf.c', text, kernel: await kernel }, offset)?.items;
}

/** The text after the item was accepted, with the cursor where the client leaves it. */
async function accept(source: string, label: string): Promise<string | undefined> {
  const { text } = parseCursor(source);
  const item = (await itemsAt(source))?.find((candidate) => candidate.label === label);
  if (item === undefined) return undefined;
  return `${text.slice(0, item.replace.start)}${item.newText}|${text.slice(item.replace.end)}`;
}

describe('completion in a SEC string', () => {
  it('offers every section of libbpf to browse', async () => {
    const labels = (await itemsAt('SEC("/*|*/")'))?.map(({ label }) => label);
    expect(labels?.toSorted()).toEqual(SECTIONS.map(({ name }) => name).toSorted());
    expect(labels?.[0]).toBe('tp');
  });

  it('offers every category after tp/', async () => {
    const { index } = await kernel;
    const categories = new Set(index.events.map(({ category }) => `${category}/`));
    const items = await itemsAt('SEC("tp/|")'.replace('|', '/*|*/'));
    expect(new Set(items?.map(({ label }) => label))).toEqual(categories);
    expect(items?.[0]?.label).toBe('syscalls/');
  });

  it.each([
    ['SEC("tp/fchmodat/*|*/")', 'syscalls/sys_enter_fchmodat', 'SEC("tp/syscalls/sys_enter_fchmodat|")'],
    ['SEC("fchmodat/*|*/")', 'tp/syscalls/sys_enter_fchmodat', 'SEC("tp/syscalls/sys_enter_fchmodat|")'],
    [
      'SEC("tracepoint/fchmodat/*|*/")',
      'syscalls/sys_enter_fchmodat',
      'SEC("tracepoint/syscalls/sys_enter_fchmodat|")',
    ],
    ['SEC("?tp/fchmodat/*|*/")', 'syscalls/sys_enter_fchmodat', 'SEC("?tp/syscalls/sys_enter_fchmodat|")'],
    ['SEC("?fchmodat/*|*/")', 'tp/syscalls/sys_enter_fchmodat', 'SEC("?tp/syscalls/sys_enter_fchmodat|")'],
    ['SEC("tp.s/fchmodat/*|*/")', 'syscalls/sys_enter_fchmodat', 'SEC("tp.s/syscalls/sys_enter_fchmodat|")'],
    [
      'SEC("tp/syscalls/sys_enter_open/*|*/at2")',
      'syscalls/sys_enter_openat',
      'SEC("tp/syscalls/sys_enter_openat|")',
    ],
    ['SEC( "tp/sched_sw/*|*/"   )', 'sched/sched_switch', 'SEC( "tp/sched/sched_switch|"   )'],
    [
      '__attribute__((section("tp/sched_sw/*|*/")))',
      'sched/sched_switch',
      '__attribute__((section("tp/sched/sched_switch|")))',
    ],
    ['SEC("sys/*|*/")', 'syscall', 'SEC("syscall|")'],
    ['SEC("kpro/*|*/")', 'kprobe', 'SEC("kprobe/|")'],
    ['SEC("xd/*|*/', 'xdp', 'SEC("xdp")|'],
    // Where more is to be typed, nothing is closed.
    ['SEC("kpro/*|*/', 'kprobe', 'SEC("kprobe/|'],
    ['SEC("tp/sys/*|*/', 'syscalls/', 'SEC("tp/syscalls/|'],
  ])('%s takes %s', async (source, label, expected) => {
    expect(await accept(source, label)).toBe(expected);
  });

  it.each([
    ['SEC("tp/sched_switch/*|*/', 'SEC("tp/sched/sched_switch")|'],
    ['SEC("tp/sched_switch/*|*/)', 'SEC("tp/sched/sched_switch"|)'],
    [
      'SEC("tp/sched_switch/*|*/\nint f(void *ctx) { return 0; }\n',
      'SEC("tp/sched/sched_switch")|\nint f(void *ctx) { return 0; }\n',
    ],
    ['SEC("tp/sched_switch/*|*/ // "why"', 'SEC("tp/sched/sched_switch")| // "why"'],
    [
      'SEC("tp/sched_switch/*|*/")\nint f(void) { return g(")"); }',
      'SEC("tp/sched/sched_switch|")\nint f(void) { return g(")"); }',
    ],
    ['/* 😀 漢字 */ SEC("tp/sched_switch/*|*/', '/* 😀 漢字 */ SEC("tp/sched/sched_switch")|'],
    ['char a;\r\nSEC("tp/sched_switch/*|*/\r\nint b;', 'char a;\r\nSEC("tp/sched/sched_switch")|\r\nint b;'],
  ])('closes what is not closed: %j', async (source, expected) => {
    expect(await accept(source, 'sched/sched_switch')).toBe(expected);
  });

  it('ranks what the name ends in before what it is in the middle of', async () => {
    const labels = (await itemsAt('SEC("tp/openat/*|*/")'))?.map(({ label }) => label);
    expect(labels?.slice(0, 2)).toEqual(['syscalls/sys_enter_openat', 'syscalls/sys_exit_openat']);
  });

  it('sends few items, and lets the client keep them all', async () => {
    for (const typed of ['s', 'tp/s', 'e', 'tp/syscalls/', 'tp/sys_enter']) {
      const items = (await itemsAt(`SEC("${typed}/*|*/")`)) ?? [];
      expect(items.length).toBeGreaterThan(0);
      expect(items.length).toBeLessThanOrEqual(50);
      expect(new Set(items.map(({ filterText }) => filterText))).toEqual(new Set([typed]));
    }
  });

  it.each([
    'int x/*|*/;',
    'puts("tp//*|*/")',
    '// SEC("tp//*|*/")',
    '/* SEC("tp//*|*/") */',
    'SEC("tp/sched/sched_switch") /*|*/',
    'SEC(/*|*/"tp/sched/sched_switch")',
    'MYSEC("tp//*|*/")',
  ])('has no early answer for %s', async (source) => {
    expect(await itemsAt(source)).toBeUndefined();
  });
});

describe.each([
  ['5.10-debian-amd64', 1330],
  ['6.1-debian-amd64', 1372],
  ['6.1-debian-arm64', 1266],
  ['6.12-debian-amd64', 1534],
  ['6.18-microvm-amd64', 2305],
])('all events of %s', (id, count) => {
  it(`are offered, each first, for their full name: ${count}`, async () => {
    const view = createKernelView(await openBundled(bundledDir, id).names, { chosen: true });
    let first = 0;
    const missing: string[] = [];
    for (const { category, name } of view.index.events) {
      const section = `tp/${category}/${name}`;
      const text = `SEC("${section}`;
      const items = completeEarly({ uri: 'file:///x.bpf.c', text, kernel: view }, text.length)?.items ?? [];
      if (items[0]?.newText === `${section}")`) first++;
      else missing.push(section);
    }
    expect(missing).toEqual([]);
    expect(first).toBe(count);
  });
});
