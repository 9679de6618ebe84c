// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
	INPUT_SIZE = 64 << 10,
	QUEUE_SIZE = 8 << 20,
	CONGESTED = 4 << 20,
	CLOSING_MS = 1000,
	GUARD_MS = 200,
	MUCH_UNREAD = 32 << 10,
	MOST_OTHERS = 4,
};

static struct {
	enum io_end end;
	long long deadline;
	/* The guard's thread looks at it, too. */
	atomic_llong heard;
	int heartbeat_ms, signals, stdout_flags;

	bool guarded;
	int guard_end;
	pthread_t guard;

	char input[INPUT_SIZE];
	size_t input_start, input_end;
	/* The rest of a line that was too long is on its way. */
	bool skip_line;

	/* A ring: `queued` bytes from `head` on. */
	char queue[QUEUE_SIZE];
	size_t head, queued;
} io;

long long now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

void io_init(int heartbeat_ms)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGPIPE);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	io.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	io.stdout_flags = fcntl(STDOUT_FILENO, F_GETFL);
	fcntl(STDOUT_FILENO, F_SETFL, io.stdout_flags | O_NONBLOCK);
	io.heartbeat_ms = heartbeat_ms;
	io.heard = now_ms();
}

/* Nothing of ours outlives the process, not even what the kernel is at: it gives up verifying for a thread that is killed. */
static void *guard(void *unused)
{
	struct pollfd files[] = {
		{ .fd = io.guard_end, .events = POLLIN },
		{ .fd = io.signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLRDHUP },
		{ .fd = STDOUT_FILENO },
	};
	long long heard = now_ms(), told = 0;
	int unread = -1, size;

	while (poll(files, 4, GUARD_MS) < 0 || !files[0].revents) {
		long long now = now_ms();

		/* What comes for the main thread stays unread until it has time; where much does, no more may fit. */
		if (ioctl(STDIN_FILENO, FIONREAD, &size) == 0 && (size != unread || size >= MUCH_UNREAD)) {
			unread = size;
			heard = now;
		}
		if (io.heard > heard)
			heard = io.heard;
		if (files[1].revents || files[2].revents || files[3].revents) {
			told = told ? told : now;
			/* It would be told again at once. */
			files[1].fd = files[2].fd = files[3].fd = -1;
		}
		if ((told && now - told >= CLOSING_MS) || (io.heartbeat_ms && now - heard >= io.heartbeat_ms))
			_exit(1);
	}
	return unused;
}

void io_guard(bool on)
{
	if (!on && io.guarded) {
		eventfd_write(io.guard_end, 1);
		pthread_join(io.guard, NULL);
		close(io.guard_end);
	}
	io.guarded = false;
	if (!on)
		return;
	io.guard_end = eventfd(0, EFD_CLOEXEC);
	if (io.guard_end < 0)
		return;
	io.guarded = pthread_create(&io.guard, NULL, guard, NULL) == 0;
	if (!io.guarded)
		close(io.guard_end);
}

void io_restore(void)
{
	fcntl(STDOUT_FILENO, F_SETFL, io.stdout_flags);
}

enum io_end io_state(void)
{
	return io.end;
}

void io_close(void)
{
	if (io.end != IO_OPEN)
		return;
	io.end = IO_CLOSING;
	io.deadline = now_ms() + CLOSING_MS;
}

static void give_up(void)
{
	io.end = IO_OVER;
	io.queued = 0;
}

static size_t input_room(void)
{
	if (io.input_start) {
		memmove(io.input, io.input + io.input_start, io.input_end - io.input_start);
		io.input_end -= io.input_start;
		io.input_start = 0;
	}
	return INPUT_SIZE - io.input_end;
}

static void read_input(void)
{
	ssize_t got = read(STDIN_FILENO, io.input + io.input_end, INPUT_SIZE - io.input_end);

	if (got > 0) {
		io.input_end += got;
		io.heard = now_ms();
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		io_close();
	}
}

static void write_queue(void)
{
	while (io.queued) {
		size_t size = QUEUE_SIZE - io.head < io.queued ? QUEUE_SIZE - io.head : io.queued;
		ssize_t put = write(STDOUT_FILENO, io.queue + io.head, size);

		if (put < 0) {
			if (errno != EAGAIN && errno != EINTR)
				give_up();
			return;
		}
		io.head = (io.head + put) % QUEUE_SIZE;
		io.queued -= put;
	}
}

static void read_signals(void)
{
	struct signalfd_siginfo info;

	while (read(io.signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGPIPE)
			give_up();
		else
			io_close();
	}
}

/* Milliseconds until there is no reason to live; -1 for ever. */
static int time_left(void)
{
	long long end = io.end == IO_CLOSING ? io.deadline : io.heard + io.heartbeat_ms;
	long long left = end - now_ms();

	if (io.end == IO_OPEN && !io.heartbeat_ms)
		return -1;
	return left > 0 ? (int)left : 0;
}

void io_wait(int timeout_ms, struct pollfd *others, nfds_t count)
{
	struct pollfd files[3 + MOST_OTHERS] = {
		{ .fd = io.end == IO_OPEN && input_room() ? STDIN_FILENO : -1, .events = POLLIN },
		/* Without events, too, it says when the reader is gone. */
		{ .fd = STDOUT_FILENO, .events = io.queued ? POLLOUT : 0 },
		{ .fd = io.signals, .events = POLLIN },
	};
	int left = time_left();

	if (io.end == IO_OVER)
		return;
	if (count > MOST_OTHERS)
		count = MOST_OTHERS;
	if (count)
		memcpy(files + 3, others, count * sizeof(*others));
	if (timeout_ms < 0 || (left >= 0 && left < timeout_ms))
		timeout_ms = left;
	if (poll(files, 3 + count, timeout_ms) < 0)
		return;
	if (count)
		memcpy(others, files + 3, count * sizeof(*others));
	if (files[0].revents)
		read_input();
	if (files[2].revents)
		read_signals();
	if (files[1].revents & (POLLERR | POLLHUP | POLLNVAL))
		give_up();
	else if (files[1].revents)
		write_queue();
	/* Only now: what came while the agent was busy counts. */
	if (time_left() == 0)
		give_up();
}

char *io_line(void)
{
	for (;;) {
		char *start = io.input + io.input_start;
		size_t size = io.input_end - io.input_start;
		char *end = memchr(start, '\n', size);

		if (!end && size < INPUT_SIZE)
			return NULL;
		io.input_start += end ? (size_t)(end - start) + 1 : size;
		if (io.skip_line) {
			io.skip_line = !end;
			continue;
		}
		if (!end) {
			io.skip_line = true;
			return strcpy(start, "(a line without end)");
		}
		*end = '\0';
		return start;
	}
}

size_t io_take(void *into, size_t size)
{
	size_t have = io.input_end - io.input_start;

	if (size > have)
		size = have;
	if (into)
		memcpy(into, io.input + io.input_start, size);
	io.input_start += size;
	return size;
}

void io_put(const void *data, size_t size)
{
	const char *bytes = data;

	while (size && io.end != IO_OVER) {
		size_t tail = (io.head + io.queued) % QUEUE_SIZE;
		size_t room = QUEUE_SIZE - io.queued;
		size_t part = QUEUE_SIZE - tail < room ? QUEUE_SIZE - tail : room;

		if (part > size)
			part = size;
		if (!part) {
			io_wait(-1, NULL, 0);
			continue;
		}
		memcpy(io.queue + tail, bytes, part);
		io.queued += part;
		bytes += part;
		size -= part;
	}
}

bool io_congested(void)
{
	return io.queued > CONGESTED;
}

bool io_written(void)
{
	return io.queued == 0;
}
