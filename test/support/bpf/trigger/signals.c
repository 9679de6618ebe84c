#define _GNU_SOURCE
#include "trigger.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void use_timers(void)
{
	struct itimerval timer = { .it_value = { 4321, 5000 }, .it_interval = { 77, 8000 } };
	struct timespec pause = { 0, 1234567 };
	int fd;

	setitimer(ITIMER_REAL, &timer, NULL);
	did("syscalls:sys_enter_setitimer", getpid(), "which", number(ITIMER_REAL), "value", address(&timer), "ovalue",
	    number(0), NULL);
	did("timer:itimer_state", getpid(), "which", number(ITIMER_REAL), "value_sec", number(4321), "value_nsec",
	    number(5000000), "interval_sec", number(77), "interval_nsec", number(8000000), NULL);
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
	did("syscalls:sys_enter_clock_nanosleep", getpid(), "which_clock", number(CLOCK_MONOTONIC), "flags", number(0),
	    "rqtp", address(&pause), NULL);
	fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK);
	did("syscalls:sys_enter_timerfd_create", getpid(), "clockid", number(CLOCK_BOOTTIME), "flags",
	    number(TFD_NONBLOCK), NULL);
	close(fd);
}

static void use_signals(void)
{
	signal(SIGUSR2, SIG_IGN);
	kill(getpid(), SIGUSR2);
	did("syscalls:sys_enter_kill", getpid(), "pid", number(getpid()), "sig", number(SIGUSR2), NULL);
	// TRACE_SIGNAL_IGNORED; si_code SI_USER.
	did("signal:signal_generate", getpid(), "sig", number(SIGUSR2), "errno", number(0), "code", number(0), "comm",
	    "ebpf-truth", "pid", number(getpid()), "group", number(1), "result", number(1), NULL);
	syscall(SYS_tgkill, getpid(), gettid(), SIGUSR2);
	did("syscalls:sys_enter_tgkill", getpid(), "tgid", number(getpid()), "pid", number(gettid()), "sig",
	    number(SIGUSR2), NULL);
}

static void use_events(void)
{
	struct epoll_event wanted = { .events = EPOLLIN };
	int event = eventfd(5, EFD_SEMAPHORE), epoll;

	did("syscalls:sys_enter_eventfd2", getpid(), "count", number(5), "flags", number(EFD_SEMAPHORE), NULL);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	did("syscalls:sys_enter_epoll_create1", getpid(), "flags", number(EPOLL_CLOEXEC), NULL);
	epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted);
	did("syscalls:sys_enter_epoll_ctl", getpid(), "epfd", number(epoll), "op", number(EPOLL_CTL_ADD), "fd",
	    number(event), "event", address(&wanted), NULL);
	close(event);
	close(epoll);
}

static void change_name(void)
{
	FILE *score;

	prctl(PR_SET_NAME, "ebpf-other");
	prctl(PR_SET_NAME, "ebpf-truth");
	// The filter looks at the name that the task has when the event comes: still the old one.
	did("task:task_rename", getpid(), "oldcomm", "ebpf-truth", "newcomm", "ebpf-other", NULL);
	score = fopen("/proc/self/oom_score_adj", "w");
	if (!score)
		return;
	fputs("123", score);
	fclose(score);
	did("oom:oom_score_adj_update", getpid(), "pid", number(getpid()), "comm", "ebpf-truth", "oom_score_adj",
	    number(123), NULL);
}

void do_signals_and_timers(void)
{
	use_timers();
	use_signals();
	use_events();
	change_name();
	setpriority(PRIO_PROCESS, 0, 3);
	did("syscalls:sys_enter_setpriority", getpid(), "which", number(PRIO_PROCESS), "who", number(0), "niceval",
	    number(3), NULL);
}
