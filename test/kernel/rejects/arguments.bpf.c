#include "vmlinux.h"
#include "reject.h"

SEC("tp/syscalls/sys_enter_close")
int ctx_as_key(void *ctx)
{
	return bpf_map_lookup_elem(&counts, ctx) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[argument-type]
}

SEC("tp/syscalls/sys_enter_close")
int number_as_key(void *ctx)
{
	return bpf_map_lookup_elem(&counts, (void *)5) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[argument-not-memory]
}

SEC("tp/syscalls/sys_enter_close")
int no_key(void *ctx)
{
	return bpf_map_lookup_elem(&counts, NULL) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[argument-not-memory]
}

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf SEC(".maps");

SEC("tp/syscalls/sys_enter_close")
int no_ctx(void *ctx)
{
	__u64 data = 1;

	bpf_perf_event_output(&data, &perf, BPF_F_CURRENT_CPU, &data, sizeof(data));
	// ^^^^^^^^^^^^^^^^^^ error[argument-not-ctx]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int no_map(void *ctx)
{
	__u32 key = 1;
	__u64 counter = 0;

	return bpf_map_lookup_elem(&counter, &key) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[argument-not-map]
}

//- since: 5.15, bpf_task_pt_regs()
SEC("tp_btf/kfree_skb")
int BPF_PROG(other_struct, struct sk_buff *skb)
{
	return bpf_task_pt_regs((struct task_struct *)skb) != 0;
	//     ^^^^^^^^^^^^^^^^ error[argument-struct-type]
}

const volatile char fixed[8] = "fixed";

SEC("tp/syscalls/sys_enter_close")
int into_a_constant(void *ctx)
{
	return bpf_probe_read_kernel((void *)fixed, sizeof(fixed), ctx);
	//     ^^^^^^^^^^^^^^^^^^^^^ error[map-read-only]
}

/* The compiler compares one copy of a 32-bit variable and passes another. */
SEC("tp/syscalls/sys_enter_openat")
int another_copy_is_checked(struct trace_event_raw_sys_enter *ctx)
{
	char buffer[64];
	__u32 n = ctx->args[2];
	//        ^^^^^^^^^^^^ cause[size-unbounded]
	if (n > sizeof(buffer) - 1)
		return 0;
	bpf_probe_read_user(buffer, n, (void *)ctx->args[1]);
	// ^^^^^^^^^^^^^^^^ error[size-unbounded]
	keep(buffer);
	return 0;
}

SEC("tp/syscalls/sys_enter_openat")
int negative_size(struct trace_event_raw_sys_enter *ctx)
{
	char buffer[64];
	long n = ctx->args[2];
	//       ^^^^^^^^^^^^ cause[size-negative]
	hide(n);
	if (n > 64)
		return 0;
	bpf_probe_read_user(buffer, n, (void *)ctx->args[1]);
	// ^^^^^^^^^^^^^^^^ error[size-negative]
	keep(buffer);
	return 0;
}

//- in 5.10: size-negative
SEC("tp/syscalls/sys_enter_write")
int unbounded_size(struct trace_event_raw_sys_enter *ctx)
{
	char buffer[64];
	__u64 n = ctx->args[2];
	//        ^^^^^^^^^^^^ cause[size-unbounded]
	bpf_probe_read_user(buffer, n, (void *)ctx->args[1]);
	// ^^^^^^^^^^^^^^^^ error[size-unbounded]
	keep(buffer);
	return 0;
}

SEC("tp/syscalls/sys_enter_write")
int size_larger_than_the_buffer(struct trace_event_raw_sys_enter *ctx)
{
	char buffer[64];
	__u64 n = ctx->args[2];

	if (n > 128)
		return 0;
	bpf_probe_read_user(buffer, n, (void *)ctx->args[1]);
	// ^^^^^^^^^^^^^^^^ error[stack-bounds]
	keep(buffer);
	return 0;
}

SEC("tp/syscalls/sys_enter_write")
int size_of_zero(struct trace_event_raw_sys_enter *ctx)
{
	char name[16];
	__u64 n = ctx->args[2];
	//        ^^^^^^^^^^^^ cause[zero-size-read]
	if (n > 16)
		return 0;
	bpf_get_current_comm(name, n);
	// ^^^^^^^^^^^^^^^^^ error[zero-size-read]
	keep(name);
	return 0;
}

SEC("tp/syscalls/sys_enter_write")
int variable_reserve(struct trace_event_raw_sys_enter *ctx)
{
	__u64 n = ctx->args[2] & 63;
	//        ^^^^^^^^^^^^ cause[argument-not-constant]
	void *record = bpf_ringbuf_reserve(&events, n, 0);
	//             ^^^^^^^^^^^^^^^^^^^ error[argument-not-constant]
	if (record)
		bpf_ringbuf_discard(record, 0);
	return 0;
}

//- since: 5.17, bpf_strncmp()
SEC("tp/syscalls/sys_enter_write")
int compare_with_a_variable(void *ctx)
{
	char name[16] = {}, other[16] = {};

	bpf_get_current_comm(name, sizeof(name));
	keep(other);
	return bpf_strncmp(name, sizeof(name), other);
	//     ^^^^^^^^^^^ error[argument-type]
}

char writable[16] = "bash";

//- since: 5.17, bpf_strncmp()
SEC("tp/syscalls/sys_enter_write")
int compare_with_a_writable_string(void *ctx)
{
	char name[16] = {};

	bpf_get_current_comm(name, sizeof(name));
	return bpf_strncmp(name, sizeof(name), writable);
	//     ^^^^^^^^^^^ error[constant-string]
}

//- since: 5.13, bpf_snprintf()
SEC("tp/syscalls/sys_enter_write")
int unknown_conversion(void *ctx)
{
	static const char format[] = "%y";
	char out[16];
	__u64 arguments[1] = { 1 };

	bpf_snprintf(out, sizeof(out), format, arguments, sizeof(arguments));
	// ^^^^^^^^^ error[format-string]
	keep(out);
	return 0;
}

SEC("tp/syscalls/sys_enter_write")
int lookup_in_a_ring_buffer(void *ctx)
{
	__u32 key = 1;

	return bpf_map_lookup_elem(&events, &key) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[map-without-keys]
}

SEC("tp/syscalls/sys_enter_write")
int events_into_a_hash(void *ctx)
{
	__u64 data = 1;

	bpf_perf_event_output(ctx, &counts, BPF_F_CURRENT_CPU, &data, sizeof(data));
	// ^^^^^^^^^^^^^^^^^^ error[map-for-helper]
	return 0;
}

//- since: 5.19, bpf_dynptr_from_mem()
SEC("tp/syscalls/sys_enter_write")
int dynptr_of_the_stack(void *ctx)
{
	struct bpf_dynptr memory;
	char buffer[16] = {};

	bpf_dynptr_from_mem(buffer, sizeof(buffer), 0, &memory);
	// ^^^^^^^^^^^^^^^^ error[dynptr-source]
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_STORAGE);
	__type(key, struct bpf_cgroup_storage_key);
	__type(value, __u64);
} storage SEC(".maps");

SEC("cgroup_skb/ingress")
int storage_with_flags(struct __sk_buff *skb)
{
	__u64 *value = bpf_get_local_storage(&storage, 1);
	//             ^^^^^^^^^^^^^^^^^^^^^ error[storage-flags]
	return *value & 1;
}

SEC("tp/syscalls/sys_enter_write")
int value_beyond_the_key(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&events, 8, 0);

	if (!record)
		return 0;
	bpf_probe_read_kernel(record, 16, ctx);
	// ^^^^^^^^^^^^^^^^^^ error[memory-bounds]
	bpf_ringbuf_submit(record, 0);
	return 0;
}
