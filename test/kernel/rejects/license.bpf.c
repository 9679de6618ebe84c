#define NO_LICENSE
#include "vmlinux.h"
#include "reject.h"

char LICENSE[] SEC("license") = "Proprietary";

SEC("tp/syscalls/sys_enter_close")
int gpl_helper(void *ctx)
{
	char name[16];

	bpf_probe_read_kernel(name, sizeof(name), ctx);
	// ^^^^^^^^^^^^^^^^^^ error[helper-license]
	return 0;
}

//- since: 6.12, older kernels ask for no license there
SEC("tp_btf/task_newtask")
int gpl_struct(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];

	return task->start_time != 0;
	//     ^^^^^^^^^^^^^^^^ error[struct-gpl]
}

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

//- since: 6.2, bpf_rcu_read_lock()
SEC("tc")
int gpl_kfunc(struct __sk_buff *skb)
//  ^^^^^^^^^ error[gpl-program]
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}
