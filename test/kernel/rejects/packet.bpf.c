#include "vmlinux.h"
#include "reject.h"

SEC("xdp")
int unchecked(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	//                                 ^^^^^^^^^ cause[packet-bounds]
	return eth->h_proto;
	//     ^^^^^^^^^^^^ error[packet-bounds]
}

SEC("xdp")
int checked_too_little(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(eth + 1) > end)
		return XDP_PASS;
	return ip->protocol;
	//     ^^^^^^^^^^^^ error[packet-bounds]
}

SEC("tc")
int variable_header(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;
	__u8 *payload;

	if ((void *)(ip + 1) > end)
		return 0;
	payload = data + ip->ihl * 4;
	return *payload;
	//     ^^^^^^^^ error[packet-bounds]
}

SEC("cgroup_skb/ingress")
int write(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;
	__u8 *end = (void *)(long)skb->data_end;

	if (data + 1 > end)
		return 1;
	*data = 0;
	// ^^ error[packet-write]
	return 1;
}

SEC("tc")
int to_a_helper(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;

	if (data + 8 > end)
		return 0;
	bpf_skb_store_bytes(skb, 0, data, 8, 0);
	// ^^^^^^^^^^^^^^^^ error[packet-to-helper]
	return 0;
}

SEC("xdp")
int beyond_ctx(struct xdp_md *ctx)
{
	return *(__u32 *)((void *)ctx + 64);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[context-access]
}

SEC("socket")
int member_of_another_program_type(struct __sk_buff *skb)
{
	return skb->tc_classid;
	//     ^^^^^^^^^^^^^^^ error[context-access]
}

SEC("cgroup_skb/egress")
int write_to_ctx(struct __sk_buff *skb)
{
	skb->len = 7;
	// ^^^^^ error[context-access]
	return 1;
}

SEC("tp/sched/sched_process_fork")
int common_field(struct trace_entry *ctx)
{
	return ctx->pid;
	//     ^^^^^^^^ error[ctx-common-field]
}

SEC("tp_btf/sched_process_exit")
int tenth_argument(__u64 *ctx)
{
	return ctx[9];
	//     ^^^^^^ error[context-argument-number]
}

SEC("tp_btf/sched_process_exit")
int argument_in_halves(__u64 *ctx)
{
	return *(__u32 *)((void *)ctx + 4);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[context-argument-number]
}

SEC("xdp")
int moved_ctx(struct xdp_md *ctx)
{
	struct xdp_md *moved = (void *)ctx + 8;

	hide(moved);
	return bpf_xdp_adjust_head(moved, 0);
	//     ^^^^^^^^^^^^^^^^^^^ error[context-modified]
}

SEC("tp/syscalls/sys_enter_openat")
int variable_argument(struct trace_event_raw_sys_enter *ctx)
{
	return ctx->args[bpf_get_prandom_u32() & 3];
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[context-variable-offset]
}

SEC("flow_dissector")
int beyond_flow_keys(struct __sk_buff *skb)
{
	return *(volatile __u64 *)((void *)(long)skb->flow_keys + 1024);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[flow-keys-access]
}

SEC("tc")
int beyond_a_socket(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;

	if (!sk)
		return 0;
	return *(volatile __u32 *)((void *)sk + 200);
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[socket-access]
}

unsigned long long load_byte(void *skb, unsigned long long offset) asm("llvm.bpf.load.byte");

SEC("xdp")
int old_packet_load(struct xdp_md *ctx)
{
	return load_byte(ctx, 12);
	//     ^^^^^^^^^^^^^^^^^^ error[legacy-packet-load]
}
