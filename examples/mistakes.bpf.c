// SPDX-License-Identifier: MIT
/*
 * One mistake for each diagnostic: the comment says what would happen, the squiggle should say the same. Press
 * Ctrl+. on it: most have a fix. This file is not built by the Makefile.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* unknown-section: libbpf does not know what this is and refuses the program. */
SEC("tracepont/syscalls/sys_enter_openat")
int misspelt_section(void *ctx)
{
	return 0;
}

/* unknown-tracepoint: loads, then fails to attach with ENOENT. */
SEC("tp/syscalls/sys_enter_opnat")
int misspelt_event(void *ctx)
{
	return 0;
}

/* ctx-type: the struct of sys_exit on a sys_enter event. It attaches, and `ret` is the first argument. */
SEC("tp/syscalls/sys_enter_openat")
int struct_of_another_event(struct trace_event_raw_sys_exit *ctx)
{
	bpf_printk("returned %ld", ctx->ret);
	return 0;
}

/* ctx-layout: without padding after syscall_nr, every field lies 8 bytes too low. It attaches and reads nonsense. */
struct openat_args {
	__u64 common;
	int syscall_nr;
	int dfd;
	const char *filename;
};

SEC("tp/syscalls/sys_enter_openat")
int struct_by_hand(struct openat_args *ctx)
{
	bpf_printk("opens %p", ctx->filename);
	return 0;
}

/* ctx-args-range: fchmodat has three arguments. Loads, then fails to attach with EACCES. */
SEC("tp/syscalls/sys_enter_fchmodat")
int one_argument_too_many(struct trace_event_raw_sys_enter *ctx)
{
	bpf_printk("flags %lx", ctx->args[3]);
	return 0;
}

/* ctx-record-range: the event ends after old_pid. Loads, then fails to attach with EACCES. */
struct exec_args {
	__u64 common;
	__u32 filename_location;
	int pid;
	int old_pid;
	int parent_pid;
};

SEC("tp/sched/sched_process_exec")
int one_field_too_many(struct exec_args *ctx)
{
	bpf_printk("parent %d", ctx->parent_pid);
	return 0;
}

/* ctx-common-field: the verifier refuses the first 8 bytes of every tracepoint. */
SEC("tp/sched/sched_switch")
int common_field(struct trace_event_raw_sched_switch *ctx)
{
	bpf_printk("from %d", ctx->ent.pid);
	return 0;
}

/* ctx-data-loc: the field says where the string is, it is not the string. It attaches and reads nothing. */
SEC("tp/sched/sched_process_exec")
int location_for_string(struct trace_event_raw_sched_process_exec *ctx)
{
	char filename[64];

	bpf_probe_read_kernel_str(filename, sizeof(filename), (void *)(long)ctx->__data_loc_filename);
	bpf_printk("runs %s", filename);
	return 0;
}

/* ctx-unknown-field: no such field; does not compile against this kernel's vmlinux.h. */
SEC("tp/sched/sched_switch")
int misspelt_field(struct trace_event_raw_sched_switch *ctx)
{
	bpf_printk("to %d", ctx->next_pdi);
	return 0;
}

/* unknown-field: no such member of struct ns_common; does not compile against this kernel's vmlinux.h. */
SEC("tp/sched/sched_process_exit")
int misspelt_member(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	bpf_printk("in %u", BPF_CORE_READ(task, nsproxy, pid_ns_for_children, ns.ium));
	return 0;
}

/* untrusted-pointer: bpf_get_current_task() returns a number, through which the verifier lets nobody read. */
SEC("tp/sched/sched_process_exit")
int pointer_from_a_number(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	bpf_printk("child of %d", task->real_parent->tgid);
	return 0;
}
