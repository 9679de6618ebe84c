#include "vmlinux.h"
#include "reject.h"

SEC("tp/syscalls/sys_enter_close")
int no_return_value(void *ctx)
{
	int result;

	return result;
	//     ^^^^^^ error[missing-return-value]
}

SEC("tp/syscalls/sys_enter_close")
int never_written(void *ctx)
{
	long result;

	asm volatile("%0 = r7" : "=r"(result));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[uninitialised-register]
	return result;
}

SEC("tp/syscalls/sys_enter_close")
int lost_in_a_call(void *ctx)
{
	long result;

	asm volatile("r1 = 5; call 7; %0 = r1" : "=r"(result) : : "r0", "r1", "r2", "r3", "r4", "r5");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[clobbered-register]
	return result;
}

SEC("tp/syscalls/sys_enter_close")
int frame_pointer(void *ctx)
{
	asm volatile("r10 += 8");
	// ^^^^^^^^^^^^^^^^^^^^^ error[read-only-register]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int arithmetic_on_a_map(void *ctx)
{
	void *map = &counts;

	asm volatile("%0 += 8" : "+r"(map));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-type]
	use(map);
	return 0;
}

SEC("xdp")
int arithmetic_on_the_end(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	//                        ^^^^^^^^^^^^^ cause[pointer-arithmetic-type]
	asm volatile("%0 += -1" : "+r"(end));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-type]
	use(end);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int half_a_pointer(void *ctx)
{
	void *p = ctx;

	asm volatile("r1 = %0; w1 += 1" : : "r"(p) : "r1");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-32-bit]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int aligned_pointer(void *ctx)
{
	char buffer[16] = {};
	unsigned long aligned = (unsigned long)buffer;

	hide(aligned);
	aligned &= ~63;
	// ^^^^^^^^^^^^ error[pointer-arithmetic-operator]
	use(aligned);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int multiplied(void *ctx)
{
	unsigned long p = (unsigned long)ctx * 3;
	//                ^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-operator]
	use(p);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int number_minus_pointer(void *ctx)
{
	unsigned long n = 100 - (unsigned long)ctx;
	//                ^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-operator]
	use(n);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int pointer_plus_pointer(void *ctx)
{
	char buffer[8] = {};
	unsigned long sum = (unsigned long)buffer + (unsigned long)ctx;
	//                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-operator]
	use(sum);
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int division(void *ctx)
{
	long n = 100;

	asm volatile("%0 /= 0" : "+r"(n));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[division-by-zero]
	return n;
}

SEC("tp/syscalls/sys_enter_close")
int shift(void *ctx)
{
	long n = 1;

	asm volatile("%0 <<= 64" : "+r"(n));
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[shift-too-far]
	return n;
}

SEC("tc")
int two_kinds_of_pointer(struct __sk_buff *skb)
{
	__u64 local = 0;
	void *p = skb;

	if (bpf_get_prandom_u32())
		p = &local;
	keep(local);
	hide(p);
	return *(volatile __u32 *)p;
	//     ^^^^^^^^^^^^^^^^^^^^ error[mixed-pointers]
}

SEC("tp/syscalls/sys_enter_close")
int unknown_instruction(void *ctx)
//  ^^^^^^^^^^^^^^^^^^^ error[invalid-instruction]
{
	asm volatile(".8byte 0x00000000000000ff");
	return 0;
}

SEC("tc")
int atomic_on_ctx(struct __sk_buff *skb)
{
	__sync_fetch_and_add(&skb->mark, 1);
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[atomic-target]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int half_of_a_pointer_on_the_stack(void *ctx)
{
	asm volatile("*(u32 *)(r10 - 8) = %0" : : "r"(ctx) : "memory");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[stack-spill-size]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int half_of_a_spilled_pointer(void *ctx)
{
	void *volatile kept = ctx;

	return *(volatile __u32 *)&kept;
	//     ^^^^^^^^^^^^^^^^^^^^^^^^ error[stack-fill-size]
}

static __noinline char *local_address(void)
{
	char buffer[8] = {};
	char *p = buffer;

	hide(p);
	return p;
	// ^^^^^ error[stack-pointer-escape]
}

SEC("tp/syscalls/sys_enter_close")
int address_of_a_local(void *ctx)
{
	return *local_address();
}

static __noinline int store_address(char **to)
{
	char buffer[8] = {};
	char *p = buffer;

	hide(p);
	*(char *volatile *)to = p;
	// ^^^^^^^^^^^^^^^^^^^^^^ error[stack-pointer-escape]
	return 0;
}

SEC("tp/syscalls/sys_enter_close")
int address_kept_by_the_caller(void *ctx)
{
	char *kept = NULL;

	store_address(&kept);
	keep(kept);
	return 0;
}
