/* SPDX-License-Identifier: MIT */
/* What takes long runs in a thread of its own, so that records keep flowing. */
#pragma once

#include <pthread.h>

struct work {
	/* In the thread; says nothing. */
	void (*run)(struct work *work);
	/* Afterwards, in the main thread; frees `work`. */
	void (*done)(struct work *work);
	pthread_t thread;
};

void work_init(void);
void work_start(struct work *work);
/* Readable when something is done. */
int work_fd(void);
/* Calls `done` of what is. */
void work_collect(void);
