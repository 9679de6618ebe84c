import { beforeAll, describe, expect, it } from 'vitest';
import { severalKernels } from '#support/bundled';
import { applyFix, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const program = (section: string) =>
  `SEC("${section}")\nint handle_${section.replace(/\W+/g, '_')}(void *ctx) { return 0; }\n`;

describe('unknown-function', () => {
  let context: FixtureContext;
  let arm64: FixtureContext;
  let withoutList: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext('6.1-debian-amd64');
    arm64 = await fixtureContext('6.1-debian-arm64');
    withoutList = await fixtureContext();
  });

  const severities = async (section: string, on = context) =>
    (await findingsOf(program(section), on)).map(({ code, severity }) => `${severity} ${code}`);

  it.each([
    ...['kprobe/do_unlinkat', 'kretprobe/vfs_read', 'kprobe/vfs_read+0x10', 'kprobe.multi/vfs_*', 'kprobe'],
    ...['kprobe/__x64_sys_openat', 'kprobe/__x64_sys_getpid', 'ksyscall/openat', 'kretsyscall/getpid'],
    ...['fentry/vfs_read', 'fexit.s/do_unlinkat', 'fmod_ret/security_file_open', 'fentry/vmlinux:vfs_read'],
    ...['lsm/file_open', 'lsm.s/bprm_check_security', 'lsm_cgroup/socket_create'],
    ...['iter/task', 'iter/bpf_map_elem', 'iter.s/task', 'iter/', 'iter'],
    // Parts of functions that can be traced, placeholders, what is not loaded unless asked for, other targets.
    ...[
      'kprobe/vfs_read.cold',
      'fentry/dummy_file_read',
      'fexit/XXX',
      'kprobe/func',
      'kretprobe/foo',
      '?kprobe/vfs_reed',
      'kprobe/$(F)',
      'uprobe/vfs_reed',
    ],
    ...['freplace/vfs_reed', 'kprobe/', 'kprobe.multi/'],
  ])('is silent about %s', async (section) => {
    expect(await severities(section)).toEqual([]);
  });

  it.each([
    ['kprobe/vfs_reed', 'kprobe/vfs_read'],
    ['kretprobe/do_unlinkt', 'kretprobe/do_unlinkat'],
    ['kprobe/do_unlinkt+0x4', 'kprobe/do_unlinkat+0x4'],
    ['kprobe.multi/do_unlinkt', 'kprobe.multi/do_unlinkat'],
    ['fentry.s/do_unlinkt', 'fentry.s/do_unlinkat'],
    ['fexit/vmlinux:do_unlinkt', 'fexit/vmlinux:do_unlinkat'],
    ['lsm/file_opn', 'lsm/file_open'],
    ['iter/task_fil', 'iter/task_file'],
    ['iter.s/tasks', 'iter.s/task'],
    ['ksyscall/unlinkt', 'ksyscall/unlink'],
    ['kprobe/__arm64_sys_openat', 'ksyscall/openat'],
  ])('%s: the fix is %s', async (section, right) => {
    const source = program(section);
    const [finding] = await findingsOf(source, context);
    expect(finding).toMatchObject({ code: 'unknown-function', severity: 'error' });
    const titles = finding?.fixes.map(({ title }) => title) ?? [];
    expect(titles).toContain(`Change to ${right}`);
    const fixed = finding && applyFix(source, finding, `Change to ${right}`);
    expect(fixed).toContain(`SEC("${right}")`);
    expect(await findingsOf(fixed ?? '', context)).toEqual([]);
  });

  it('says what the compiler left of a function', async () => {
    const copies = context.kernel.index.functions.filter((name) => /^[a-z]\w+\.isra\.0$/.test(name));
    const alone = copies.filter(
      (name) => !context.kernel.index.functions.includes(name.replace('.isra.0', '')),
    );
    expect(alone.length).toBeGreaterThan(20);
    const [copy = ''] = alone;
    const name = copy.replace('.isra.0', '');
    const [finding] = await findingsOf(program(`kprobe/${name}`), context);
    expect(finding?.message).toContain(copy);
    expect(finding?.fixes[0]?.title).toBe(`Change to kprobe/${copy}`);
  });

  it('only warns of what another name or a module may have', async () => {
    // Inlined everywhere; nothing like it; a pattern without a match.
    for (const section of [
      'kprobe/put_page',
      'fentry/put_page',
      'kprobe/nfsd4_something_else',
      'kprobe.multi/zzz_*',
    ])
      expect(await severities(section)).toEqual(['warning unknown-function']);
    const [pattern] = await findingsOf(program('kprobe.multi/zzz_*'), context);
    expect(pattern?.message).toContain('No function that the kernel can trace matches zzz_*.');
  });

  it('only informs of a system call as other loaders name it', async () => {
    const [finding] = await findingsOf(program('kprobe/sys_execve'), context);
    expect(finding).toMatchObject({ severity: 'information' });
    expect(finding?.fixes[0]?.title).toBe('Change to ksyscall/execve');
  });

  it('only informs where the file has a program for the other name, too', async () => {
    const source = program('kprobe/do_unlinkat') + program('kprobe/do_unlinkatx');
    expect((await findingsOf(source, context)).map(({ severity }) => severity)).toEqual(['information']);
  });

  it('only informs where user space has a choice', async () => {
    for (const sections of [
      ['fentry/gone_since_long', 'kprobe/gone_since_long'],
      ['kprobe/__gone_since_long', 'kprobe/gone_since_long'],
    ]) {
      const findings = await findingsOf(sections.map(program).join(''), context);
      expect(findings.map(({ severity }) => severity)).toEqual(['information', 'information']);
    }
    const pair = ['kprobe/gone_since_long', 'kretprobe/gone_since_long'].map(program).join('');
    expect((await findingsOf(pair, context)).map(({ severity }) => severity)).toEqual(['warning', 'warning']);
    // The section may have its name from the program, and the loader attach it elsewhere.
    const own = 'SEC("kprobe/handle_entry")\nint handle_entry(void *ctx) { return 0; }\n';
    expect((await findingsOf(own, context)).map(({ severity }) => severity)).toEqual(['information']);
    // libbpf does not load fentry without its function.
    const traced = own.replace('kprobe/', 'fentry/');
    expect((await findingsOf(traced, context)).map(({ severity }) => severity)).toEqual(['warning']);
    // The same slip twice is still one.
    const slip = ['fentry/do_unlinkt', 'kprobe/do_unlinkt'].map(program).join('');
    expect((await findingsOf(slip, context)).map(({ severity }) => severity)).toEqual(['error', 'error']);
  });

  it('takes no function of a module for a slip', async () => {
    const [finding] = await findingsOf(program('fentry/smc_release'), context);
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding?.message).toMatch(/If a module brings it, .*; if another BPF program has it/);
    expect(finding?.message).toContain('Did you mean fentry/');
  });

  it('names the system calls that an architecture has instead', async () => {
    const [finding] = await findingsOf(program('ksyscall/stat'), arm64);
    expect(finding).toMatchObject({ severity: 'error' });
    expect(finding?.fixes.map(({ title }) => title)).toContain('Change to ksyscall/newfstatat');
  });

  it('judges no kprobe without the list, and fentry and hooks by BTF', async () => {
    expect(await severities('kprobe/vfs_reed', withoutList)).toEqual([]);
    expect(await severities('fentry/vfs_reed', withoutList)).toEqual(['error unknown-function']);
    expect(await severities('lsm/file_opn', withoutList)).toEqual(['error unknown-function']);
    expect(await severities('fentry/vfs_read', withoutList)).toEqual([]);
  });

  it('offers not to load by default what another chosen kernel has', async () => {
    const kernel = await severalKernels('6.1-debian-arm64', ['6.1-debian-amd64']);
    const source = program('kprobe/__x64_sys_openat');
    const [finding] = await findingsOf(source, { ...arm64, kernel });
    expect(finding?.holdsOn).toHaveLength(1);
    const fixed = finding && applyFix(source, finding, 'Load only if asked');
    expect(fixed).toContain('SEC("?kprobe/__x64_sys_openat")');
  });

  it('leaves sections under #if alone', async () => {
    expect(await findingsOf(`#ifdef X\n${program('kprobe/vfs_reed')}#endif\n`, context)).toEqual([]);
  });
});
