#define _GNU_SOURCE
#include "trigger.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void execute(const char *path)
{
	char *arguments[] = { "ebpf-truth", NULL };
	int status, child = fork();

	if (child == 0) {
		execve(path, arguments, NULL);
		_exit(1);
	}
	did("task:task_newtask", getpid(), "pid", number(child), "comm", "ebpf-truth", "oom_score_adj", number(123), NULL);
	did("sched:sched_process_fork", getpid(), "parent_comm", "ebpf-truth", "parent_pid", number(getpid()), "child_comm",
	    "ebpf-truth", "child_pid", number(child), NULL);
	syscall(SYS_wait4, child, &status, 0, NULL);
	did("syscalls:sys_enter_wait4", getpid(), "upid", number(child), "stat_addr", address(&status), "options", number(0),
	    "ru", number(0), NULL);
	did("syscalls:sys_exit_wait4", getpid(), "ret", number(child), NULL);
	did("syscalls:sys_enter_execve", child, "filename", path, NULL);
	did("sched:sched_process_exec", child, "pid", number(child), "old_pid", number(child), "filename", path, NULL);
	did("syscalls:sys_enter_exit_group", child, "error_code", number(7), NULL);
	did("sched:sched_process_exit", child, "comm", "ebpf-truth", "pid", number(child), "group_dead", number(1), NULL);
}

void do_processes(const char *self)
{
	execute(self);
	syscall(SYS_sched_setaffinity, 0, 8, NULL);
	did("syscalls:sys_enter_sched_setaffinity", getpid(), "pid", number(0), "len", number(8), "user_mask_ptr", number(0),
	    NULL);
}
