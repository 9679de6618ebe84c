#include "vmlinux.h"
#include "reject.h"

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("tp/syscalls/sys_enter_close")
int helper_of_another_program_type(void *ctx)
{
	bpf_xdp_adjust_head(ctx, 0);
	// ^^^^^^^^^^^^^^^^ error[helper-unavailable]
	return 0;
}

static long (*bpf_of_the_future)(void *ctx) = (void *)9999;

SEC("tp/syscalls/sys_enter_close")
int helper_of_the_future(void *ctx)
{
	return bpf_of_the_future(ctx);
	//     ^^^^^^^^^^^^^^^^^ error[helper-unknown]
}

SEC("tp/syscalls/sys_enter_close")
int lookup_of_a_socket(void *ctx)
{
	__u32 key = 1;

	return bpf_map_lookup_elem(&sockets, &key) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[reference-leak]
}

//- in 5.10: helper-unavailable
SEC("kprobe/do_unlinkat")
int sleeps(void *ctx)
{
	char byte;

	bpf_copy_from_user(&byte, 1, NULL);
	// ^^^^^^^^^^^^^^^ error[sleepable-helper]
	return 0;
}

SEC("cgroup_skb/egress")
int returns_too_much(struct __sk_buff *skb)
{
	return 5;
	// ^^^^^ error[return-value]
}

SEC("cgroup/sock_create")
int returns_anything(struct bpf_sock *sk)
{
	return bpf_get_prandom_u32();
	// ^^^^^^^^^^^^^^^^^^^^^^^^^ error[return-value]
}

SEC("cgroup/sock_create")
int returns_ctx(struct bpf_sock *sk)
{
	return (long)sk;
	// ^^^^^^^^^^^^ error[return-unknown]
}

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} groups SEC(".maps");

//- since: 6.0, uprobes that sleep
SEC("uprobe.s")
int map_in_a_sleepable_program(void *ctx)
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[map-sleepable]
{
	return bpf_current_task_under_cgroup(&groups, 0);
}

SEC("tp/syscalls/sys_enter_close")
int sockets_in_a_tracepoint(void *ctx)
{
	__u32 key = 1;
	__u64 value = 1;

	bpf_map_update_elem(&sockets, &key, &value, BPF_ANY);
	// ^^^^^^^^^^^^^^^^ error[argument-type]
	return 0;
}

__noinline long visit(struct bpf_map *map, const void *key, void *value, void *data)
{
	return 0;
}

//- since: 6.12, older kernels refuse the function's parameters themselves
SEC("tp/syscalls/sys_enter_close")
int callback_that_is_global(void *ctx)
{
	return bpf_for_each_map_elem(&counts, visit, NULL, 0);
	//     ^^^^^^^^^^^^^^^^^^^^^ error[callback-function]
}

static long returns_three(struct bpf_map *map, const void *key, void *value, void *data)
{
	return 3;
	// ^^^^^ error[return-value]
}

//- since: 5.13, bpf_for_each_map_elem()
SEC("tp/syscalls/sys_enter_close")
int callback_that_returns_too_much(void *ctx)
{
	return bpf_for_each_map_elem(&counts, returns_three, NULL, 0);
}

struct task_struct___other {
	long no_such_member;
} __attribute__((preserve_access_index));

SEC("tp_btf/task_newtask")
int a_member_that_does_not_exist(__u64 *ctx)
{
	struct task_struct___other *task = (void *)ctx[0];

	return task->no_such_member;
	//     ^^^^^^^^^^^^^^^^^^^^ error[core-relocation]
}
