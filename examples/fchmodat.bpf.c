// SPDX-License-Identifier: MIT
/* Who changes the mode of which file: every fchmodat() system call as one event in a ring buffer. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct event {
	__u32 host_pid;
	__u32 host_ppid;
	__u32 mode;
	char comm[16];
	char filename[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_fchmodat")
int handle_fchmodat(struct trace_event_raw_sys_enter *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const char *filename = (const char *)ctx->args[1];
	struct event *event;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;

	event->host_pid = bpf_get_current_pid_tgid() >> 32;
	event->host_ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->mode = ctx->args[2];
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	/* A pointer of the calling program, so the _user variant. It gives an error if that page is not in memory yet. */
	if (bpf_probe_read_user_str(event->filename, sizeof(event->filename), filename) < 0)
		event->filename[0] = '\0';

	bpf_ringbuf_submit(event, 0);
	return 0;
}
