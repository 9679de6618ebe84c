//- capabilities: bpf,net_admin
#include "vmlinux.h"
#include "reject.h"

/* Without CAP_PERFMON a program must not let out addresses, nor what lies uninitialised on the stack. */

struct pair {
	__u8 kind;
	__u64 id;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct pair);
	__type(value, __u64);
} by_key SEC(".maps");

SEC("tc")
int half_a_key(struct __sk_buff *skb)
{
	struct pair key;

	*(volatile __u64 *)&key.id = skb->len;
	return bpf_map_lookup_elem(&by_key, &key) != NULL;
	//     ^^^^^^^^^^^^^^^^^^^ error[stack-uninitialised]
}

SEC("tc")
int variable_without_a_value(struct __sk_buff *skb)
{
	volatile __u64 total;

	return total + 1;
	//     ^^^^^ error[stack-uninitialised]
}

SEC("tc")
int address_as_return_value(struct __sk_buff *skb)
{
	return (long)skb;
	// ^^^^^^^^^^^^^^ error[return-pointer]
}

SEC("tc")
int address_into_a_map(struct __sk_buff *skb)
{
	__u32 key = 1;
	struct value *value = bpf_map_lookup_elem(&counts, &key);

	if (!value)
		return 0;
	value->last = (unsigned long)skb;
	// ^^^^^^^^^^ error[pointer-leak]
	return 0;
}

SEC("tc")
int address_into_ctx(struct __sk_buff *skb)
{
	skb->cb[0] = (unsigned long)skb;
	// ^^^^^^^^^ error[pointer-leak]
	return 0;
}

SEC("tc")
int address_to_a_helper(struct __sk_buff *skb)
{
	return bpf_redirect((unsigned long)skb, 0);
	//     ^^^^^^^^^^^^ error[argument-leak]
}

SEC("tc")
int addresses_compared(struct __sk_buff *skb)
{
	__u64 local = 0;
	void *p = skb, *q = &local;

	keep(local);
	hide(p);
	hide(q);
	if (p > q)
		// ^ error[pointer-comparison]
		return 1;
	return 0;
}

SEC("tc")
int half_an_address(struct __sk_buff *skb)
{
	asm volatile("r1 = %0; w1 = w1" : : "r"(skb) : "r1");
	// ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[pointer-arithmetic-32-bit]
	return 0;
}

SEC("tc")
int spilled_pointer_overwritten(struct __sk_buff *skb)
{
	void *volatile kept = skb;

	*(volatile __u8 *)&kept = 0;
	// ^^^^^^^^^^^^^^^^^^^^ error[stack-corrupt-pointer]
	return kept == NULL;
}

SEC("tc")
int variable_index_on_the_stack(struct __sk_buff *skb)
{
	char buffer[16] = {};

	keep(buffer);
	return *(volatile char *)&buffer[skb->len & 15];
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[stack-unprivileged]
}
