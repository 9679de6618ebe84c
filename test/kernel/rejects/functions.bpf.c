#include "vmlinux.h"
#include "reject.h"

struct incomplete;

__noinline int takes_something(struct incomplete *p)
{
	return p != NULL;
}

//- since: 6.12, older kernels refuse the function's parameter itself
SEC("tp/syscalls/sys_enter_close")
int parameter_of_no_size(void *ctx)
{
	return takes_something(ctx);
	//     ^^^^^^^^^^^^^^^ error[ambiguous-size]
}

__noinline struct value *returns_a_pointer(int n)
//                       ^^^^^^^^^^^^^^^^^ error[global-function-return]
{
	__u32 key = n;

	return bpf_map_lookup_elem(&counts, &key);
}

SEC("tp/syscalls/sys_enter_close")
int global_that_returns_a_pointer(void *ctx)
{
	return returns_a_pointer(1) != NULL;
}

__noinline int takes_ctx(struct __sk_buff *skb)
{
	return skb->len;
}

SEC("tc")
int something_else_for_ctx(struct __sk_buff *skb)
{
	__u64 other[8] = {};

	keep(other);
	return takes_ctx((void *)other);
	//     ^^^^^^^^^ error[global-function-call]
}

__noinline int takes_a_value(struct value *value)
{
	return value ? value->total : 0;
}

//- since: 5.12, global functions take pointers
SEC("tp/syscalls/sys_enter_close")
int too_small_for_the_parameter(void *ctx)
{
	__u32 small = 1;

	return takes_a_value((void *)&small);
	//     ^^^^^^^^^^^^^ error[stack-bounds]
}

//- since: 5.12, global functions take pointers
SEC("tp/syscalls/sys_enter_close")
int number_for_a_pointer(void *ctx)
{
	return takes_a_value((void *)5);
	//     ^^^^^^^^^^^^^ error[argument-not-memory]
}
