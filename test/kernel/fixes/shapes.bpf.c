#include "vmlinux.h"
#include "reject.h"

/* Mistakes in the midst of what programs do besides. */

SEC("tp/syscalls/sys_enter_close")
int while_a_record_is_held(void *ctx)
{
	__u32 key = 1;
	struct value *record, *value;

	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record)
		return 0;
	value = bpf_map_lookup_elem(&counts, &key);
	record->total = value->total;
	//              ^^^^^^^^^^^^ error[null-check]
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int in_a_loop(void *ctx)
{
	__u64 sum = 0;

	for (int i = 0; i < 4; i++) {
		__u32 key = i;
		struct value *value = bpf_map_lookup_elem(&counts, &key);

		sum += value->total;
		//     ^^^^^^^^^^^^ error[null-check]
	}
	return sum;
}

SEC("tp/syscalls/sys_enter_close")
int without_braces(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = 1;
	struct value *value;

	value = bpf_map_lookup_elem(&counts, &key); /* made by the loader */
	if (ctx->args[0] > 2)
		value->total = ctx->args[0];
		// ^^^^^^^^^ error[null-check]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int over_several_lines(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = 1;
	struct value *value =
		bpf_map_lookup_elem(&counts,
				    &key);

	bpf_printk("%llu %llu",
		   ctx->args[0],
		   value->total);
	//         ^^^^^^^^^^^^ error[null-check]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int two_ways_out(struct trace_event_raw_sys_enter *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (!record)
		return 0;
	record->total = ctx->args[0];
	if (record->total == 1)
		return 0;
	if (record->total == 2) {
		bpf_ringbuf_discard(record, 0);
		return 0;
	}
	if (record->total == 3)
		return 1;
	bpf_ringbuf_submit(record, 0);
	return 0;
}
// ^ error[ringbuf-leak]

SEC("tp/syscalls/sys_enter_close")
int only_where_there_is_one(struct trace_event_raw_sys_enter *ctx)
{
	struct value *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);

	if (record) {
		record->total = ctx->args[0];
		if (record->total == 1)
			return 0;
		bpf_ringbuf_submit(record, 0);
	}
	return 0;
}
// ^ error[ringbuf-leak]

SEC("tp/syscalls/sys_enter_close")
int half_of_an_argument(struct trace_event_raw_sys_enter *ctx)
{
	int i = ctx->args[0];
	char buffer[16] = {};
	struct value *record;

	keep(buffer);
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record)
		return 0;
	record->total = buffer[i];
	//              ^^^^^^^^^ error[stack-variable-bounds]
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int half_of_an_argument_in_ten(struct trace_event_raw_sys_enter *ctx)
{
	int i = ctx->args[0];
	char buffer[10] = {};
	struct value *record;

	keep(buffer);
	record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
	if (!record)
		return 0;
	record->total = buffer[i];
	//              ^^^^^^^^^ error[stack-variable-bounds]
	bpf_ringbuf_submit(record, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int whole_argument(struct trace_event_raw_sys_enter *ctx)
{
	__u64 i = ctx->args[0];
	char buffer[16] = {};

	keep(buffer);
	return buffer[i];
	//     ^^^^^^^^^ error[stack-variable-bounds]
}

SEC("tp/syscalls/sys_enter_close")
int half_of_an_argument_checked_too_far(struct trace_event_raw_sys_enter *ctx)
{
	__u32 i = ctx->args[0];
	char buffer[16] = {};

	keep(buffer);
	if (i > 20)
		return 0;
	buffer[i] = 1;
	// ^^^^^^ error[stack-variable-bounds]
	keep(buffer);
	return 0;
}

SEC("tp_btf/sched_switch")
int two_members(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct value sum = {};

	sum.total = sum.last + task->real_parent->start_time;
	//                     ^^^^^^^^^^^^^^^^^ error[untrusted-pointer]
	keep(sum);
	return 0;
}
