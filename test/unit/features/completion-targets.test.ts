import { expect, test } from 'vitest';
import { prepareFamilies, searchTargets, unpreparedFamilies } from '#server/features/completion/targets';
import type { KernelIndex } from '#core/kernel/model';
import { bundledKernel } from '#support/bundled';

const id = '6.12-debian-amd64';

/** How many steps it takes. */
function prepare(index: KernelIndex, ...sections: string[]): number {
  const families = unpreparedFamilies(
    index,
    sections.map((value) => ({ value })),
  );
  return [...prepareFamilies(index, families)].length;
}

test('what is typed next is prepared once, for the kinds of sections that a program has', async () => {
  const index = await bundledKernel(id);
  const steps = (...sections: string[]) => prepare(index, ...sections);
  expect(steps('xdp', 'tp/sched/sched_switch', 'uprobe//bin/sh:main')).toBe(0);
  const functions = steps('kprobe/do_unlinkat', 'kprobe/vfs_read', 'license');
  expect(functions).toBeGreaterThan(1);
  // The names that kprobes and kretprobes have in common are there; those of fentry are others.
  expect(steps('kretprobe/vfs_read')).toBe(0);
  expect(steps('?fentry/vfs_read')).toBe(functions);
});

test('a search finds the same, prepared or not', async () => {
  const found = async (prepared: boolean) => {
    const index = await bundledKernel(id);
    if (prepared) prepare(index, 'kprobe/');
    return searchTargets(index, 'kprobe/tcpsendmsg', 5)?.found;
  };
  expect(await found(true)).toEqual(await found(false));
  expect((await found(true))?.[0]).toBe('tcp_sendmsg');
});
