import { expect, it } from 'vitest';
import { compareEvent } from '#server/features/compare-event';
import { severalKernels } from '#support/bundled';

const kernel = await severalKernels('6.12-debian-amd64');
const compared = (category: string, name: string) => compareEvent(kernel, { category, name }) ?? '';
const line = (text: string, has: RegExp) => text.split('\n').find((one) => has.test(one)) ?? '';
const cells = (row: string) => row.split(/ {2,}/);

it('says which kernels have the event, the target first', () => {
  const text = compared('syscalls', 'sys_enter_open');
  const kernels = text.split('\n\n')[1]?.split('\n').map(cells) ?? [];
  expect(kernels.map(([label]) => label)).toEqual([
    '6.12-debian-amd64',
    '5.10-debian-amd64',
    '6.1-debian-amd64',
    '6.1-debian-arm64',
    '6.18-microvm-amd64',
  ]);
  expect(kernels[0]?.at(-1)).toMatch(/ · target$/);
  // arm64 has no open(2).
  expect(kernels.filter(([, has]) => has === 'no such event').map(([label]) => label)).toEqual([
    '6.1-debian-arm64',
  ]);
});

it('marks the fields that a kernel lacks, or has in another size', () => {
  const text = compared('kmem', 'kmalloc');
  expect(text).toContain('2 of 6 fields differ');
  const node = cells(line(text, /^\* .*node/));
  expect(node.slice(0, 4)).toEqual(['*', 'node', '@48 4 int', '-']);
  expect(new Set(node.slice(4))).toEqual(new Set(['@48 4 int']));
  expect(cells(line(text, /gfp_flags {2}/))[3]).toBe('@40 4 gfp_t');
  expect(line(text, /bytes_req {2}/)).toMatch(/^ {3}bytes_req /);
});

it('shows which argument is which where the architectures differ', () => {
  const tls = cells(line(compared('syscalls', 'sys_enter_clone'), /\btls\b/));
  expect(tls[0]).toBe('*');
  expect(tls.slice(2).map((cell) => cell.split(' ')[0])).toEqual([
    'args[4]',
    'args[4]',
    'args[4]',
    'args[3]',
    'args[4]',
  ]);
});

it('shows each ctx struct once, with the kernels that have it', () => {
  const text = compared('sched', 'sched_process_exit');
  expect(text).toContain(
    '/* 6.18-microvm-amd64 */\nstruct trace_event_raw_sched_process_exit {\n\tstruct trace_entry ent; /* 0: 8 */',
  );
  expect(text.match(/^struct \w+ \{$/gm)).toHaveLength(2);
});

it('knows events of other kernels than the target, and no event of none', () => {
  // Since Linux 6.13.
  expect(compared('syscalls', 'sys_enter_setxattrat')).toContain('Only 6.18-microvm-amd64 has it.');
  expect(compareEvent(kernel, { category: 'sched', name: 'nope' })).toBeUndefined();
});
