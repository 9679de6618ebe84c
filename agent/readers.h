/* SPDX-License-Identifier: MIT */
/* Ring and perf buffers of all sessions: from the kernel's memory to `records` and `lost` lines. */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>

void readers_init(void);
/* Readable when a buffer has something. */
int readers_fd(void);

void readers_open(unsigned long session, struct bpf_object *object);
void readers_close(unsigned long session);

/*
 * Takes what is there, as long as stdout keeps up: what it does not take stays in the kernel. Returns whether there
 * was something; until it says no, records may be waiting that readers_fd() does not tell of.
 */
bool readers_take(void);
/* The last readers_take() left nothing of this session. */
bool readers_empty(unsigned long session);
/* Says what was taken and waits to be said: what is old enough, or everything. */
void readers_flush(bool all);
/* `lost` lines for what has changed. `counted`: the program counts what does not fit into its ring buffers. */
void readers_say_lost(unsigned long session, bool counted);
