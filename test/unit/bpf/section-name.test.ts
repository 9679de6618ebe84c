import { describe, expect, it } from 'vitest';
import { isKnownForeignSection, nearestSections, parseSectionName } from '#core/bpf/section-name';
import { SECTIONS } from '#core/bpf/section-table';

describe('parseSectionName', () => {
  it.each([
    ['xdp', 'xdp', undefined, false],
    ['xdp.frags/cpumap', 'xdp.frags/cpumap', undefined, false],
    ['tp/syscalls/sys_enter_openat', 'tp', 'syscalls/sys_enter_openat', false],
    ['tracepoint/sched/sched_switch', 'tracepoint', 'sched/sched_switch', false],
    ['?tp/sched/sched_switch', 'tp', 'sched/sched_switch', true],
    ['tp', 'tp', undefined, false],
    ['tp/', 'tp', '', false],
    ['tp.s/syscalls/sys_enter_openat', 'tp.s', 'syscalls/sys_enter_openat', false],
    ['kprobe/do_unlinkat+0x4', 'kprobe', 'do_unlinkat+0x4', false],
    ['uprobe//usr/lib/libc.so.6:malloc', 'uprobe', '/usr/lib/libc.so.6:malloc', false],
    ['kprobe.multi/tcp_*', 'kprobe.multi', 'tcp_*', false],
    ['struct_ops', 'struct_ops', undefined, false],
  ])('%s', (value, name, target, optional) => {
    const parsed = parseSectionName(value);
    expect(parsed?.def.name).toBe(name);
    expect(parsed?.target).toBe(target);
    expect(parsed?.optional).toBe(optional);
  });

  it.each([
    '',
    '?',
    '??xdp',
    ' xdp',
    'XDP',
    'xdp/foo',
    'xdp_prog',
    'tpx/a/b',
    'tp.x/a/b',
    'cgroup/connect',
    'license',
  ])('libbpf has no section %j', (value) => {
    expect(parseSectionName(value)).toBeUndefined();
  });

  it.each(SECTIONS)('$name is itself', (def) => {
    expect(parseSectionName(def.name)).toEqual({ def, target: undefined, optional: false });
  });
});

describe('nearestSections', () => {
  it.each([
    ['tracepont/syscalls/sys_enter_openat', 'tracepoint/syscalls/sys_enter_openat'],
    ['?tracepoints/sched/sched_switch', '?tracepoint/sched/sched_switch'],
    ['krpobe/do_exit', 'kprobe/do_exit'],
    ['fentyr/vfs_read', 'fentry/vfs_read'],
    ['raw_tracepiont/sched_switch', 'raw_tracepoint/sched_switch'],
    ['xpd', 'xdp'],
    ['XDP', 'xdp'],
    ['cgroup/conect4', 'cgroup/connect4'],
    ['kprobe.mutli/tcp_*', 'kprobe.multi/tcp_*'],
  ])('%s: did you mean %s', (value, first) => {
    expect(nearestSections(value)[0]).toBe(first);
    expect(isKnownForeignSection(value)).toBe(false);
  });

  it('names the two versions of an address family', () => {
    expect(nearestSections('cgroup/connect')).toEqual(['cgroup/connect4', 'cgroup/connect6']);
  });

  it.each(['tcp', 'tpx', 'my_program', 'tail_call/ipv4', 'decode_headers', 'tp/sched/sched_switch'])(
    'has nothing to say about %s',
    (value) => {
      expect(nearestSections(value)).toEqual([]);
    },
  );
});

/** Whether the check for unknown sections may speak: not foreign, and close to something. */
const reported = (value: string) => !isKnownForeignSection(value) && nearestSections(value).length > 0;

describe('silence', () => {
  it.each([
    // data
    '.maps', 'license', 'version', 'maps', 'maps/events', '.rodata', '.rodata.config', '.data', '.data.counters',
    '.bss', '.kconfig', '.ksyms', '.text', '.struct_ops', '.struct_ops.link', '?.struct_ops', '.addr_space.1',
    // older libbpf and other loaders, which match by prefix
    'xdp_prog', 'xdp/main', 'xdp1', 'xdpfilter', 'sockopsmon', 'socket1', 'socket/http_filter', 'tc_ingress', 'tc/main', 'classifier/ingress',
    'classifier_egress', 'sockops1', 'sk_msg1', 'cgroup/skb1', 'cgroup/sock1', 'perf_event/1', 'sk_lookup/echo',
    // other loaders
    '2/0', '0xabccba/0', 'prog', 'tail', 'from-netdev', 'action/drop', 'sock_ops', 'generic_kprobe', 'generic_tracepoint',
    'kprobe.s/do_exit', 'tail-1', 'cls', 'filter', 'ingress', 'egress', 'bind', 'sample_ext',
  ])('about %s', (value) => {
    expect(reported(value)).toBe(false);
  }); // prettier-ignore

  it.each([
    'tracepont/a/b',
    'kprobes/do_exit',
    'cgroup/getsockop',
    'fexti/vfs_read',
    'tcx/ingres',
    'lsm.S/file_open',
  ])('but %s is a typo', (value) => {
    expect(reported(value)).toBe(true);
  });
});
