// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "work.h"

#include <fcntl.h>
#include <unistd.h>

static int pipes[2];

void work_init(void)
{
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		pipes[0] = pipes[1] = -1;
}

static void *in_thread(void *argument)
{
	struct work *work = argument;

	work->run(work);
	/* A pipe takes 64 KB of pointers: it cannot be full. */
	if (write(pipes[1], &work, sizeof(work)) != sizeof(work))
		_exit(1);
	return NULL;
}

void work_start(struct work *work)
{
	if (pthread_create(&work->thread, NULL, in_thread, work) == 0)
		return;
	/* No thread to be had: then at once. */
	work->run(work);
	work->done(work);
}

int work_fd(void)
{
	return pipes[0];
}

void work_collect(void)
{
	struct work *work;

	while (read(pipes[0], &work, sizeof(work)) == sizeof(work)) {
		pthread_join(work->thread, NULL);
		work->done(work);
	}
}
