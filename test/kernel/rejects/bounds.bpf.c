#include "vmlinux.h"
#include "reject.h"

static __always_inline struct table *table(__u32 key)
{
	return bpf_map_lookup_elem(&tables, &key);
}

SEC("tp/syscalls/sys_enter_close")
int unbounded(void *ctx)
{
	__u32 i = bpf_get_prandom_u32();
	//        ^^^^^^^^^^^^^^^^^^^ cause[unbounded-index]
	struct table *t = table(0);

	if (!t)
		return 0;
	return t->cells[i];
	//     ^^^^^^^^^^^ error[unbounded-index]
}

SEC("tp/syscalls/sys_enter_close")
int one_too_many(void *ctx)
{
	__u32 i = bpf_get_prandom_u32();
	//        ^^^^^^^^^^^^^^^^^^^ cause[map-value-index]
	struct table *t = table(0);

	if (!t || i > 16)
		return 0;
	return t->cells[i];
	//     ^^^^^^^^^^^ error[map-value-index]
}

SEC("tp/syscalls/sys_enter_close")
int beyond_the_value(void *ctx)
{
	struct table *t = table(0);

	if (!t)
		return 0;
	return t->cells[16];
	//     ^^^^^^^^^^^^ error[map-value-bounds]
}

SEC("tp/syscalls/sys_enter_close")
int negative(void *ctx)
{
	int i = bpf_get_prandom_u32();
	//      ^^^^^^^^^^^^^^^^^^^ cause[pointer-offset-range]
	struct table *t = table(0);

	if (!t)
		return 0;
	hide(i);
	if (i >= 16)
		return 0;
	return t->cells[i];
	//     ^^^^^^^^^^^ error[pointer-offset-range]
}

SEC("tp/syscalls/sys_enter_close")
int sixty_four_bit_index(void *ctx)
{
	__u64 i = bpf_ktime_get_ns();
	//        ^^^^^^^^^^^^^^^^ cause[pointer-offset-range]
	struct table *t = table(0);

	if (!t)
		return 0;
	asm volatile("%0 += %1" : "+r"(t) : "r"(i));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-offset-range]
	return t->cells[0];
}

SEC("tp/syscalls/sys_enter_close")
int before_the_value(void *ctx)
{
	struct table *t = table(0);

	if (!t)
		return 0;
	return *(volatile __u32 *)((void *)t - 4);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[map-value-bounds]
}

SEC("tp/syscalls/sys_enter_close")
int from_below_zero(void *ctx)
{
	long i = bpf_ktime_get_ns();
	//       ^^^^^^^^^^^^^^^^ cause[negative-index]
	struct table *t = table(0);

	hide(i);
	if (!t || i < -4 || i > 10)
		return 0;
	return *((__u8 *)t + i);
	//     ^^^^^^^^^^^^^^^^ error[negative-index]
}

SEC("tp/syscalls/sys_enter_close")
int far_beyond(void *ctx)
{
	struct table *t = table(0);

	if (!t)
		return 0;
	asm volatile("%0 += 536870912" : "+r"(t));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-offset-range]
	return t->cells[0];
}

char names[16];

SEC("tp/syscalls/sys_enter_close")
int global_array(void *ctx)
{
	__u32 i = bpf_get_prandom_u32();
	//        ^^^^^^^^^^^^^^^^^^^ cause[unbounded-index]
	names[i] = 1;
	// ^^^^^ error[unbounded-index]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int record(void *ctx)
{
	__u64 *record = bpf_ringbuf_reserve(&events, 16, 0);

	if (!record)
		return 0;
	record[2] = 1;
	// ^^^^^^ error[memory-bounds]
	bpf_ringbuf_submit(record, 0);
	return 0;
}

static long each(struct bpf_map *map, __u32 *key, struct value *value, void *data)
{
	return key[1] != 0;
	//     ^^^^^^ error[map-key-bounds]
}

//- since: 5.13, bpf_for_each_map_elem()
SEC("tp/syscalls/sys_enter_close")
int key_of_an_element(void *ctx)
{
	bpf_for_each_map_elem(&counts, each, NULL, 0);
	return 0;
}

static long change(struct bpf_map *map, __u32 *key, struct value *value, void *data)
{
	*key = 7;
	// ^^^^^ error[map-write-key]
	return 0;
}

//- since: 5.13, bpf_for_each_map_elem()
SEC("tp/syscalls/sys_enter_close")
int key_is_changed(void *ctx)
{
	bpf_for_each_map_elem(&counts, change, NULL, 0);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int stack_index(void *ctx)
{
	__u32 i = bpf_get_prandom_u32();
	//        ^^^^^^^^^^^^^^^^^^^ cause[stack-variable-bounds]
	char buffer[16] = {};

	buffer[i] = 1;
	// ^^^^^^ error[stack-variable-bounds]
	keep(buffer);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int stack_index_bounded_too_far(void *ctx)
{
	__u32 i = bpf_get_prandom_u32();
	//        ^^^^^^^^^^^^^^^^^^^ cause[stack-variable-bounds]
	char buffer[16] = {};

	keep(buffer);
	if (i > 40)
		return 0;
	buffer[i] = 1;
	// ^^^^^^ error[stack-variable-bounds]
	keep(buffer);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int below_the_stack(void *ctx)
{
	asm volatile("*(u64 *)(r10 - 520) = %0" : : "r"(ctx) : "memory");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[stack-bounds]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int helper_beyond_a_variable(void *ctx)
{
	char name[16];

	bpf_probe_read_kernel(name, 32, ctx);
	// ^^^^^^^^^^^^^^^^^^ error[stack-bounds]
	keep(name);
	return 0;
}
