/** One thing wrong in each; the marked line is the one that a person would point at. */
export interface LoaderError {
  readonly name: string;
  /** C behind vmlinux.h, libbpf's headers and a license. */
  readonly source: string;
  /** Instead of an object that is compiled from the source. */
  readonly bytes?: Uint8Array;
  /** What starts the loader. */
  readonly wrapper?: readonly string[];
  /** For errors of the host, which no line is marked for. */
  readonly rule?: string;
  /** What the sentence or the help must speak of. */
  readonly says?: RegExp;
}

const asNobody = [
  ...['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  ...['--inh-caps=-all', '--bounding-set=-all', '--'],
];
const without = (...names: string[]): readonly string[] => {
  const list = names.map((name) => `-${name}`).join(',');
  return ['setpriv', `--bounding-set=${list}`, `--inh-caps=${list}`, '--'];
};
/** In a mount namespace of its own. */
const inMounts = (script: string): readonly string[] => [
  ...['unshare', '--mount', 'sh', '-c', `${script}; exec "$0" "$@"`],
];

const program = `
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx) { return 0; }
`;
/** A program that uses a map: libbpf makes no map that nobody uses. */
const using = (map: string): string => `${map}
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx)
{
	__u64 key = 0;

	return bpf_map_lookup_elem(&wrong, &key) != 0;
}
`;
const on = (section: string, rule: string): string => `
SEC("${section}")
// ^ error[${rule}]
int handle(void *ctx) { return 0; }
`;

export const loaderErrors: readonly LoaderError[] = [
  {
    name: 'a static probe without usdt.bpf.h',
    source: on('usdt/libc.so.6:libc:setjmp', 'usdt-header'),
    says: /usdt\.bpf\.h/,
  },
  {
    // GLIBC_2.3.3 and GLIBC_2.3.4 have one each.
    name: 'a function that a library has in two versions',
    source: on('uprobe/libc.so.6:sched_getaffinity', 'uprobe-ambiguous'),
    says: /more than one sched_getaffinity/,
  },
  {
    name: 'EACCES at attach: an argument that the system call does not have',
    source: `
SEC("tp/syscalls/sys_enter_close")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	int fd = ctx->args[0];

	return fd + ctx->args[3];
	//          ^^^^^^^^^^^^ error[ctx-record-range]
}
`,
    says: /sys_enter_close/,
  },
  {
    name: 'EACCES at attach: a field behind the record',
    source: `
SEC("tp/sched/sched_process_exit")
int handle(void *ctx)
{
	int last = *(int *)(ctx + 8);
	return last + *(volatile __u64 *)(ctx + 400);
	//     ^ error[ctx-record-range]
}
`,
  },
  {
    name: 'ENOENT: no such event',
    source: on('tp/syscalls/sys_enter_clos', 'tracepoint-missing'),
    says: /no event syscalls:sys_enter_clos/,
  },
  {
    name: 'ENOENT: a category of a module that is not loaded',
    source: on('tp/nosuchfs/nosuchfs_read', 'tracepoint-missing'),
    says: /nosuchfs/,
  },
  {
    name: 'ENOENT: tracefs is not mounted',
    source: on('tp/syscalls/sys_enter_close', 'tracepoint-missing'),
    wrapper: [...inMounts('umount -a -t tracefs,debugfs'), ...without('sys_admin')],
    says: /mount -t tracefs/,
  },
  {
    name: 'EPERM: an event that takes no programs',
    source: on('tp/ftrace/function', 'tracepoint-permission'),
  },
  {
    name: 'ENOENT: no such raw tracepoint',
    source: on('raw_tp/sched_nothing', 'tracepoint-missing'),
    says: /sched_nothing/,
  },
  {
    name: 'EINVAL: more arguments than the raw tracepoint has',
    source: `
SEC("raw_tp/sched_switch")
int handle(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[7];
	//     ^ error[ctx-record-range]
}
`,
    says: /arguments/,
  },
  { name: 'ENOENT: no such function, or no kprobes', source: on('kprobe/vfs_nothing', 'probe-missing') },
  {
    name: 'ESRCH: fentry of a function that is not there',
    source: on('fentry/vfs_nothing', 'attach-target-missing'),
  },
  {
    name: 'ENOENT: uprobe of a program that is not there',
    source: on('uprobe//nowhere/x:main', 'uprobe-target'),
  },
  {
    name: 'E2BIG: the verifier gives up',
    source: `
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx)
{
	__u64 sum = bpf_ktime_get_ns();

	for (int i = 0; i < 500000; i++)
		// ^ error[too-complex]
		asm volatile("%0 += %1" : "+r"(sum) : "r"(i));
	return sum;
}
`,
  },
  {
    name: 'a section that libbpf does not know',
    source: on('tracepiont/syscalls/sys_enter_close', 'unknown-section'),
  },
  {
    name: 'a program that is static',
    source: `
SEC("xdp")
__attribute__((used)) static int handle(void *ctx)
//                               ^ error[static-program]
{
	return 2;
}
`,
  },
  {
    name: 'a text that is no object',
    source: '',
    bytes: new TextEncoder().encode('no object\n'),
    rule: 'not-a-bpf-object',
  },
  {
    name: 'EINVAL: a map without entries',
    source: using(`
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
} wrong SEC(".maps");
//^ error[map-create-invalid]`),
  },
  {
    name: 'EINVAL: an array whose key is not 4 bytes',
    source: using(`
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u64);
	__type(value, __u64);
} wrong SEC(".maps");
//^ error[map-create-invalid]`),
  },
  {
    name: 'E2BIG: a value that is too large',
    source: using(`
struct huge { char bytes[1 << 25]; };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100000);
	__type(key, __u64);
	__type(value, struct huge);
} wrong SEC(".maps");
//^ error[map-create-size]`),
  },
  {
    name: 'EINVAL: a kind of map that no kernel has',
    source: using(`
struct {
	__uint(type, 999);
	__uint(max_entries, 4);
	__type(key, __u64);
	__type(value, __u64);
} wrong SEC(".maps");
//^ error[map-create-invalid]`),
  },
  {
    name: 'a field of a map that libbpf does not know',
    source: using(`
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entry, 4);
	__type(key, __u64);
	__type(value, __u64);
} wrong SEC(".maps");
//^ error[map-definition]`),
  },
  {
    name: 'a map without its kind',
    source: using(`
struct {
	__uint(max_entries, 4);
	__type(key, __u64);
	__type(value, __u64);
} wrong SEC(".maps");
//^ error[map-definition]`),
  },
  {
    name: 'a map in the way of libbpf before 1.0',
    source: using(`
struct { __u32 type, key_size, value_size, max_entries, flags; } wrong SEC("maps") = { 1, 8, 8, 4 };`),
    rule: 'legacy-map',
  },
  {
    name: 'a variable that the kernel does not have',
    source: `
extern const int nothing_of_this_name __ksym;
//               ^ error[extern-unresolved]
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx) { return (long)&nothing_of_this_name; }
`,
  },
  {
    name: 'a kernel function that the kernel does not have',
    source: `
extern int bpf_nothing(int n) __ksym;
//         ^ error[extern-unresolved]
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx) { return bpf_nothing(1); }
`,
  },
  {
    name: 'a configuration that the kernel does not have',
    source: `
extern int CONFIG_NOTHING __kconfig;
//         ^ error[extern-unresolved]
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx) { return CONFIG_NOTHING; }
`,
  },
  {
    name: 'a function that is defined nowhere',
    source: `
int defined_nowhere(int n);
//  ^ error[extern-without-btf]
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx) { return defined_nowhere(1); }
`,
  },
  {
    name: 'a member that this kernel’s struct does not have',
    source: `
struct task_struct___other { int nothing; } __attribute__((preserve_access_index));
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx)
{
	struct task_struct___other *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, nothing);
	//     ^ error[core-relocation]
}
`,
  },
  {
    name: 'EPERM: not root, where unprivileged users may load nothing',
    source: program,
    wrapper: asNobody,
    rule: 'not-root',
    says: /root or with sudo/,
  },
  {
    name: 'EPERM: root without capabilities, as in a container',
    source: program,
    wrapper: without('bpf', 'sys_admin', 'perfmon'),
    rule: 'not-root',
    says: /capabilities/,
  },
  {
    name: 'no BTF of the kernel, which CO-RE needs',
    source: `
SEC("tp/syscalls/sys_enter_close")
int handle(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, tgid);
}
`,
    wrapper: inMounts('mount -t tmpfs none /sys/kernel/btf'),
    rule: 'btf-missing',
  },
];
