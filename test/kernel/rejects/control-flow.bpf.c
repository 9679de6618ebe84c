#include "vmlinux.h"
#include "reject.h"

SEC("tp/syscalls/sys_enter_close")
int forever(void *ctx)
{
	for (;;)
		// ^ error[infinite-loop]
		asm volatile("");
}

SEC("tp/syscalls/sys_enter_close")
int waits_for_a_variable(void *ctx)
{
	__u32 key = 1;
	volatile struct value *value = bpf_map_lookup_elem(&counts, &key);

	if (!value)
		return 0;
	while (value->total == 0)
		// ^^^^^^^^^^^^^^^^^ error[infinite-loop]
		;
	return 0;
}

//- here only: an emulated kernel verifies it for a minute, and before 6.4 the log is cut before the verdict
SEC("tp/syscalls/sys_enter_close")
int a_loop_that_is_too_long(void *ctx)
{
	__u64 sum = 0;

	for (int i = 0; i < 400000; i++) {
		//^ error[too-complex]
		asm volatile("%0 += 1" : "+r"(sum));
		asm volatile("%0 ^= 3" : "+r"(sum));
	}
	return sum;
}

SEC("tp/syscalls/sys_enter_close")
int unreachable(void *ctx)
{
	asm volatile("goto +1; r0 = 5");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[unreachable-code]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int no_exit(void *ctx)
//  ^^^^^^^ error[missing-exit]
{
	bpf_get_prandom_u32();
	__builtin_unreachable();
}

SEC("tp/syscalls/sys_enter_open")
int jumps_out(void *ctx)
{
	asm volatile("goto +1000");
	// ^^^^^^^^^^^^^^^^^^^^^^^^ error[jump-out-of-range]
	return 0;
}

//- in 5.10: invalid-instruction
SEC("tp/syscalls/sys_enter_open")
int into_a_constant(void *ctx)
{
	asm volatile("if r1 == 0 goto +1; r0 = 0x123456789abcdef ll" : : : "r0");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[jump-into-constant]
	return 0;
}

#define LEVEL(n, next)                                                                                                 \
	static __noinline int level##n(int i)                                                                          \
	{                                                                                                              \
		hide(i);                                                                                               \
		return next + 1;                                                                                       \
	}

LEVEL(9, i)
LEVEL(8, level9(i))
LEVEL(7, level8(i))
// ^^ error[call-depth]
LEVEL(6, level7(i))
LEVEL(5, level6(i))
LEVEL(4, level5(i))
LEVEL(3, level4(i))
LEVEL(2, level3(i))
LEVEL(1, level2(i))

SEC("tp/syscalls/sys_enter_open")
int nine_calls_deep(void *ctx)
{
	return level1(bpf_get_prandom_u32());
}

static __noinline int large(int i)
{
	volatile char buffer[300];

	buffer[i & 255] = 1;
	return buffer[0];
}

/* Tracing programs have a stack per function on this kernel, XDP programs do not. */
SEC("xdp")
int more_than_512_bytes(struct xdp_md *ctx)
//  ^^^^^^^^^^^^^^^^^^^ error[stack-limit]
{
	volatile char buffer[300];

	buffer[bpf_get_prandom_u32() & 255] = 1;
	return large(buffer[0]);
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

static __noinline int tail_caller(struct xdp_md *ctx)
{
	volatile char buffer[16];

	buffer[0] = 1;
	bpf_tail_call(ctx, &programs, 1);
	return buffer[0];
}

SEC("xdp")
int tail_call_over_256_bytes(struct xdp_md *ctx)
//  ^^^^^^^^^^^^^^^^^^^^^^^^ error[stack-limit-tail-call]
{
	volatile char buffer[300];

	buffer[bpf_get_prandom_u32() & 255] = 1;
	return tail_caller(ctx) + buffer[0];
}

//- here only: an emulated kernel verifies it for a minute, and before 6.4 the log is cut before the verdict
SEC("tp/syscalls/sys_enter_open")
int too_many_open_branches(void *ctx)
{
	__u64 sum = 0;

	for (int i = 0; i < 9000; i++)
		if (bpf_get_prandom_u32() == 7)
			//^^^^^^^^^^^^^^^^^^^ error[too-many-branches]
			sum += i;
	return sum;
}
