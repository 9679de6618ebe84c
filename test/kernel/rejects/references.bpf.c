#include "vmlinux.h"
#include "reject.h"

SEC("tp/syscalls/sys_enter_close")
int forgotten_record(struct trace_event_raw_sys_enter *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	//                     ^^^^^^^^^^^^^^^^^^^ cause[ringbuf-leak]
	if (!record)
		return 0;
	record->total = ctx->args[0];
	return 0;
}
// ^ error[ringbuf-leak]

SEC("tp/syscalls/sys_enter_close")
int forgotten_on_one_path(struct trace_event_raw_sys_enter *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	//                     ^^^^^^^^^^^^^^^^^^^ cause[ringbuf-leak]
	if (!record)
		return 0;
	if (bpf_probe_read_user(&record->total, 8, (void *)ctx->args[0]) < 0)
		return 1;
	bpf_ringbuf_submit(record, 0);
	return 0;
}
// ^ error[ringbuf-leak]

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

SEC("tp/syscalls/sys_enter_close")
int tail_call_with_a_record(void *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	//                     ^^^^^^^^^^^^^^^^^^^ cause[ringbuf-leak]
	if (!record)
		return 0;
	bpf_tail_call(ctx, &programs, 0);
	// ^^^^^^^^^^ error[ringbuf-leak]
	bpf_ringbuf_discard(record, 0);
	return 0;
}

SEC("tc")
int forgotten_socket(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	//                    ^^^^^^^^^^^^^^^^^ cause[reference-leak]
	return sk ? 1 : 0;
	// ^^^^^^^^^^^^^^^ error[reference-leak]
}

SEC("tc")
int released_twice(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);

	if (!sk)
		return 0;
	bpf_sk_release(sk);
	// ^^^^^^^^^^^ cause[use-after-release]
	bpf_sk_release(sk);
	// ^^^^^^^^^^^ error[use-after-release]
	return 0;
}

SEC("tc")
int released_without_acquiring(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	bpf_sk_release(sk);
	// ^^^^^^^^^^^ error[release-not-acquired]
	return 0;
}

SEC("tc")
int used_after_release(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = bpf_sk_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	__u32 family;

	if (!sk)
		return 0;
	bpf_sk_release(sk);
	// ^^^^^^^^^^^ cause[use-after-release]
	family = *(volatile __u32 *)&sk->family;
	//       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[use-after-release]
	return family;
}

SEC("tp/syscalls/sys_enter_close")
int submitted_twice(void *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return 0;
	bpf_ringbuf_submit(record, 0);
	// ^^^^^^^^^^^^^^^ cause[use-after-release]
	bpf_ringbuf_submit(record, 0);
	// ^^^^^^^^^^^^^^^ error[use-after-release]
	return 0;
}

//- since: 6.1, older kernels do not look at the offset
SEC("tp/syscalls/sys_enter_close")
int submits_another_address(void *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return 0;
	bpf_ringbuf_submit(&record->last, 0);
	// ^^^^^^^^^^^^^^^ error[argument-zero-offset]
	return 0;
}

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;

//- since: 6.2, bpf_task_from_pid()
SEC("tp_btf/task_newtask")
int forgotten_task(__u64 *ctx)
{
	struct task_struct *kept = bpf_task_from_pid(1);
	//                         ^^^^^^^^^^^^^^^^^ cause[reference-leak]
	if (!kept)
		return 0;
	keep(kept);
	return 0;
}
// ^ error[reference-leak]

//- since: 6.2, bpf_task_acquire()
SEC("tp_btf/task_newtask")
int untrusted_argument(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct task_struct *kept = bpf_task_acquire((void *)task->mm);
	//                         ^^^^^^^^^^^^^^^^ error[rcu-required]
	if (kept)
		bpf_task_release(kept);
	return 0;
}

//- since: 6.2, bpf_task_from_pid()
SEC("tp_btf/task_newtask")
int possibly_no_task(__u64 *ctx)
{
	struct task_struct *found = bpf_task_from_pid(1);
	//                          ^^^^^^^^^^^^^^^^^ cause[kfunc-null-argument]
	bpf_task_release(found);
	// ^^^^^^^^^^^^^ error[kfunc-null-argument]
	return 0;
}

//- since: 6.2, bpf_task_release()
SEC("tp_btf/task_newtask")
int borrowed_task(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	bpf_task_release(task);
	// ^^^^^^^^^^^^^ error[release-not-acquired]
	return 0;
}

//- since: 6.2, bpf_task_acquire()
SEC("tp_btf/kfree_skb")
int another_struct(__u64 *ctx)
{
	struct task_struct *kept = bpf_task_acquire((void *)ctx[0]);
	//                         ^^^^^^^^^^^^^^^^ error[kfunc-argument-type]
	if (kept)
		bpf_task_release(kept);
	return 0;
}

extern struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym;
extern void bpf_put_file(struct file *file) __ksym;

//- since: 6.12, bpf_get_task_exe_file()
SEC("tp_btf/task_newtask")
int kfunc_of_another_program_type(__u64 *ctx)
{
	struct file *file = bpf_get_task_exe_file((void *)ctx[0]);
	//                  ^^^^^^^^^^^^^^^^^^^^^ error[kfunc-unavailable]
	if (file)
		bpf_put_file(file);
	return 0;
}
