#include "vmlinux.h"
#include "reject.h"

SEC("tp/syscalls/sys_enter_close")
int lookup(void *ctx)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);
	//                    ^^^^^^^^^^^^^^^^^^^ cause[null-check]
	value->total += 1;
	// ^^^^^^^^^ error[null-check]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int reserve(void *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	//                     ^^^^^^^^^^^^^^^^^^^ cause[null-check]
	record->total = 1;
	// ^^^^^^^^^^ error[null-check]
	bpf_ringbuf_submit(record, 0);
	return 0;
}

static __always_inline struct value *find(__u32 key)
{
	return bpf_map_lookup_elem(&counts, &key);
	//     ^^^^^^^^^^^^^^^^^^^ cause[null-check]
}

SEC("tp/syscalls/sys_enter_close")
int in_an_inlined_function(void *ctx)
{
	struct value *value = find(bpf_get_prandom_u32());
	return value->total;
	//     ^^^^^^^^^^^^ error[null-check]
}

static __noinline int add(struct value *sum, int n)
{
	struct value *to = sum;
	to->total += n;
	// ^^^^^^ error[null-check]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int in_a_called_function(void *ctx)
{
	__u32 key = 2;
	struct value *value = bpf_map_lookup_elem(&counts, &key);
	//                    ^^^^^^^^^^^^^^^^^^^ cause[null-check]
	return add(value, 3);
}

SEC("tp/syscalls/sys_enter_close")
int over_the_stack(void *ctx)
{
	__u32 key = 1;
	struct value *volatile kept = bpf_map_lookup_elem(&counts, &key);
	//                            ^^^^^^^^^^^^^^^^^^^ cause[null-check]
	struct value *again;

	bpf_get_prandom_u32();
	again = kept;
	return again->last;
	//     ^^^^^^^^^^^ error[null-check]
}

SEC("tp/syscalls/sys_enter_close")
int checked_too_late(void *ctx)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);
	//                    ^^^^^^^^^^^^^^^^^^^ cause[null-check]
	__u64 last = *(volatile __u64 *)&value->last;
	//           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[null-check]
	if (!value)
		return 0;
	return last;
}

SEC("tp/syscalls/sys_enter_close")
int on_the_wrong_branch(void *ctx)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);

	if (value)
		return 0;
	hide(value);
	return value->total;
	//     ^^^^^^^^^^^^ error[null-deref]
}

SEC("tp/syscalls/sys_enter_close")
int as_argument(void *ctx)
{
	__u32 from = 1, to = 2;
	struct value *value = bpf_map_lookup_elem(&counts, &from);
	//                    ^^^^^^^^^^^^^^^^^^^ cause[null-argument]
	bpf_map_update_elem(&counts, &to, value, BPF_ANY);
	// ^^^^^^^^^^^^^^^^ error[null-argument]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int arithmetic_first(void *ctx)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);
	//                    ^^^^^^^^^^^^^^^^^^^ cause[pointer-arithmetic-nullable]
	__u64 *last = (__u64 *)value;

	asm volatile("%0 += 8" : "+r"(last));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-nullable]
	if (last)
		return *last;
	return 0;
}

/* The verifier looks at a global function by itself, and its callers may pass NULL. */
__noinline int global_sum(struct value *value)
{
	return value->total + value->last;
	//     ^^^^^^^^^^^^ error[null-check]
}

//- since: 5.12, global functions take pointers
SEC("tp/syscalls/sys_enter_close")
int in_a_global_function(void *ctx)
{
	struct value value = {};

	return global_sum(&value);
}

SEC("tc")
int socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	//                    ^^^^^^^ cause[null-check]
	return sk->family;
	//     ^^^^^^^^^^ error[null-check]
}

SEC("tp_btf/sched_switch")
int BPF_PROG(after_a_probe_read, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct task_struct *parent = BPF_CORE_READ(next, real_parent);
	//                           ^^^^^^^^^^^^^ cause[untrusted-pointer]
	__u64 start = parent->start_time;
	//            ^^^^^^^^^^^^^^^^^^ error[untrusted-pointer]
	use(start);
	return 0;
}
