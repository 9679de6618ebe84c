#include "vmlinux.h"
#include "reject.h"

SEC("tp/syscalls/sys_enter_close")
int current_task(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	//                                 ^^^^^^^^^^^^^^^^^^^^ cause[untrusted-pointer]
	return task->real_parent->tgid;
	//     ^^^^^^^^^^^^^^^^^ error[untrusted-pointer]
}

SEC("tp/syscalls/sys_enter_openat")
int path_of_open(struct trace_event_raw_sys_enter *ctx)
{
	const char *path = (const char *)ctx->args[1];
	//                               ^^^^^^^^^^^^ cause[user-pointer]
	return path[0];
	//     ^^^^^^^ error[user-pointer]
}

SEC("raw_tp/sched_switch")
int raw_argument(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *next = (struct task_struct *)ctx->args[2];
	//                                               ^^^^^^^^^^^^ cause[untrusted-pointer]
	return next->pid;
	//     ^^^^^^^^^ error[untrusted-pointer]
}

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(probed_argument, int dfd, struct filename *name)
//  ^^^^^^^^^^ cause[untrusted-pointer]
{
	const char *path = name->name;
	//                 ^^^^^^^^^^ error[untrusted-pointer]
	use(path);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int number_from_a_map(void *ctx)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);

	if (!value)
		return 0;
	return *(int *)value->last;
	//     ^^^^^^^^^^^^^^^^^^^ error[scalar-deref]
}

SEC("tp/syscalls/sys_enter_close")
int address_by_number(void *ctx)
{
	unsigned long address = 0x1000;

	hide(address);
	return *(int *)address;
	//     ^^^^^^^^^^^^^^^ error[scalar-deref]
}

SEC("xdp")
int end_of_packet(struct xdp_md *ctx)
{
	__u8 *end = (void *)(long)ctx->data_end;
	//                        ^^^^^^^^^^^^^ cause[packet-end-deref]
	return *end;
	//     ^^^^ error[packet-end-deref]
}

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *packet) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *packet, __u32 offset, void *buffer, __u32 size) __ksym;

//- since: 6.4, bpf_dynptr_from_skb()
SEC("tc")
int slice_of_a_packet(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u8 buffer[14] = {};
	__u8 *header;

	bpf_dynptr_from_skb(skb, 0, &packet);
	header = bpf_dynptr_slice(&packet, 0, buffer, sizeof(buffer));
	//       ^^^^^^^^^^^^^^^^ cause[write-read-only]
	if (!header)
		return 0;
	*(volatile __u8 *)header = 1;
	// ^^^^^^^^^^^^^^^^^^^^^^^^^ error[write-read-only]
	return 0;
}

const volatile int limit = 10;

SEC("tp/syscalls/sys_enter_close")
int constant(void *ctx)
{
	int *changed = (int *)&limit;

	hide(changed);
	*changed = 5;
	// ^^^^^ error[map-read-only]
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_WRONLY_PROG);
	__type(key, __u32);
	__type(value, __u64);
} results SEC(".maps");

SEC("tp/syscalls/sys_enter_close")
int write_only_map(void *ctx)
{
	__u32 key = 1;
	__u64 *result = bpf_map_lookup_elem(&results, &key);

	if (!result)
		return 0;
	return *result;
	//     ^^^^^^^ error[map-write-only]
}

SEC("tp/syscalls/sys_enter_close")
int the_map_itself(void *ctx)
{
	*(volatile __u32 *)&counts = 1;
	// ^^^^^^^^^^^^^^^^^^^^^^^ error[map-struct-access]
	return 0;
}

SEC("tp_btf/sched_switch")
int write_to_a_task(__u64 *ctx)
{
	struct task_struct *prev = (void *)ctx[1];

	prev->exit_code = 1;
	// ^^^^^^^^^^^^ error[struct-write]
	return 0;
}

SEC("tp_btf/sched_switch")
int beyond_a_task(__u64 *ctx)
{
	struct task_struct *prev = (void *)ctx[1];
	return *(int *)((void *)prev + 1000000);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[struct-bounds]
}

SEC("tp_btf/sched_switch")
int before_a_task(__u64 *ctx)
{
	struct task_struct *prev = (void *)ctx[1];
	return *(volatile int *)((void *)prev - 16);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[struct-negative-offset]
}

SEC("tp_btf/sched_switch")
int variable_offset_in_a_task(__u64 *ctx)
{
	struct task_struct *prev = (void *)ctx[1];

	return prev->comm[bpf_get_prandom_u32() & 7];
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[struct-variable-offset]
}

SEC("tp/syscalls/sys_enter_close")
int misaligned(void *ctx)
{
	__u64 buffer[2] = {};

	keep(buffer);
	return *(volatile __u64 *)((void *)buffer + 3);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[misaligned-access]
}

SEC("raw_tp.w/nbd_send_request")
int buffer_of_a_tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
	__u8 *buffer = (void *)ctx->args[0];

	return buffer[bpf_get_prandom_u32() & 3];
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[buffer-variable-offset]
}

SEC("raw_tp.w/nbd_send_request")
int before_a_buffer(struct bpf_raw_tracepoint_args *ctx)
{
	__u8 *buffer = (void *)ctx->args[0];
	//             ^^^^^^^^^^^^^^^^^^^^ cause[buffer-bounds]
	return *(volatile __u8 *)(buffer - 1);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[buffer-bounds]
}

/* Per-CPU variables are no symbols of this kernel. */
extern const int bpf_prog_active __ksym;

//- here only: libbpf refuses the object where the variable is not in the kernel's BTF
SEC("raw_tp/sys_enter")
int kernel_variable(void *ctx)
// ^^^^^^^^^^^^^^^^ error[extern-symbol]
{
	int *active = bpf_this_cpu_ptr(&bpf_prog_active);

	return *active;
}

static long read_dynptr(struct bpf_dynptr *message, void *data)
{
	return *(volatile __u64 *)message;
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[invalid-deref]
}

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} messages SEC(".maps");

//- since: 6.1, bpf_user_ringbuf_drain()
SEC("tp/syscalls/sys_enter_close")
int dynptr_as_memory(void *ctx)
{
	bpf_user_ringbuf_drain(&messages, read_dynptr, NULL, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int after_submit(void *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return 0;
	record->total = 1;
	bpf_ringbuf_submit(record, 0);
	// ^^^^^^^^^^^^^^^ cause[use-after-release]
	record->last = 2;
	// ^^^^^^^^^ error[use-after-release]
	return 0;
}

SEC("xdp")
int after_adjust_head(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data;
	__u8 *end = (void *)(long)ctx->data_end;

	if (data + 14 > end)
		return XDP_PASS;
	bpf_xdp_adjust_head(ctx, -8);
	// ^^^^^^^^^^^^^^^^ cause[packet-pointer-stale]
	return data[12];
	//     ^^^^^^^^ error[packet-pointer-stale]
}
