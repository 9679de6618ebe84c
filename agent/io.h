/* SPDX-License-Identifier: MIT */
/* stdin, stdout, signals and the heartbeat: whatever the agent is told, and how long it has a reason to live. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum io_end {
	IO_OPEN,
	/* Told to go: what is on its way is still said, for a second at most. */
	IO_CLOSING,
	/* Nobody listens: nothing more is said. */
	IO_OVER,
};

/* A heartbeat of 0 ms: silence is no reason to end. */
void io_init(int heartbeat_ms);
/* Gives stdout back as it was. */
void io_restore(void);

enum io_end io_state(void);
void io_close(void);

/* Milliseconds since boot. */
long long now_ms(void);

/*
 * Waits for input, output, a signal or one of `others`, for `timeout_ms` at most (-1: for ever); reads and writes
 * what can be read and written.
 */
void io_wait(int timeout_ms, struct pollfd *others, nfds_t count);

/*
 * While it is on, a thread ends the process where the main one would have had to: a second after a signal or the end of
 * stdin, or when nothing comes any more. For what the main thread cannot be called away from.
 */
void io_guard(bool on);

/* The next whole line without its end, valid until the next call; NULL where there is none yet. */
char *io_line(void);
/* Moves up to `size` bytes of the input that is there; `into` may be NULL. */
size_t io_take(void *into, size_t size);

/* Queues for stdout. Where the queue is full, it waits for the reader, not longer than the heartbeat allows. */
void io_put(const void *data, size_t size);
/* The reader is slow: let the records stay in the kernel. */
bool io_congested(void);
bool io_written(void);
