// SPDX-License-Identifier: MIT
#include "session.h"

#include "attach.h"
#include "io.h"
#include "json.h"
#include "printk.h"
#include "readers.h"
#include "watch.h"
#include "work.h"

#include <errno.h>
#include <stdlib.h>

enum {
	/* While records come: how long to let them gather in the kernel. Waking for each would cost more than taking it. */
	GATHER_MS = 1,
	LOST_MS = 200,
	DEFAULT_STATS_MS = 1000,
};

struct session {
	/* First: the thread that detaches knows the session by it. */
	struct work detaching;
	struct session *next;
	unsigned long id;
	struct bpf_object *object;
	struct links links;
	struct watch *watch;
	enum { RUNNING, DETACHING, DETACHED } state;
	int dump_ms;
	bool dumps_maps;
	long long next_dump;
};

static struct session *sessions;
/* The last look at the buffers found something. */
static bool busy;
static long long next_lost, next_printk;

static int until(long long due, long long now, int timeout)
{
	int left = due > now ? due - now : 0;

	return timeout < 0 || left < timeout ? left : timeout;
}

static void say_state(unsigned long id, const char *state)
{
	json_begin("state");
	json_number("session", id);
	json_text("state", state);
	json_end();
}

static struct session *find(unsigned long id)
{
	struct session *session = sessions;

	while (session && session->id != id)
		session = session->next;
	return session;
}

bool session_exists(unsigned long id)
{
	return find(id);
}

bool session_any(void)
{
	return sessions;
}

bool sessions_busy(void)
{
	return busy;
}

static void say_watched(struct session *session)
{
	readers_say_lost(session->id, watch_counts(session->watch));
	watch_say_lost(session->watch);
	if (session->dumps_maps)
		watch_say_maps(session->watch);
	watch_say_stats(session->watch);
}

void session_start(const struct request *request)
{
	struct session *session = calloc(1, sizeof(*session));
	struct bpf_object *object = session ? load_object(request) : NULL;

	if (object)
		session->watch = watch_open(request->session, object, request->stats);
	if (!object || !session->watch) {
		/* Verified only, or failed, and said so. */
		if (!session || object)
			say_error("not enough memory for a session", ENOMEM);
		else if (request->verify)
			say_state(request->session, "stopped");
		bpf_object__close(object);
		free(session);
		return;
	}
	session->id = request->session;
	session->object = object;
	session->dumps_maps = request->dump_ms;
	session->dump_ms = request->dump_ms ? request->dump_ms : request->stats ? DEFAULT_STATS_MS : 0;
	session->next_dump = now_ms() + session->dump_ms;
	session->next = sessions;
	sessions = session;
	readers_open(session->id, object);
	printk_open(session->id, object);
	session->links = attach_all(session->id, object);
	say_state(session->id, "running");
}

static void detach(struct work *work)
{
	detach_all(&((struct session *)work)->links);
}

static void detached(struct work *work)
{
	((struct session *)work)->state = DETACHED;
}

static void stop(struct session *session)
{
	if (session->state != RUNNING)
		return;
	session->state = DETACHING;
	session->detaching = (struct work){ .run = detach, .done = detached };
	work_start(&session->detaching);
}

bool session_stop(unsigned long id)
{
	struct session *session = find(id);

	if (session)
		stop(session);
	return session;
}

void session_stop_all(void)
{
	for (struct session *session = sessions; session; session = session->next)
		stop(session);
}

static bool any_detaching(void)
{
	for (struct session *session = sessions; session; session = session->next) {
		if (session->state == DETACHING)
			return true;
	}
	return false;
}

void session_detach_all(int most_ms)
{
	long long end = now_ms() + most_ms;

	session_stop_all();
	while (any_detaching() && now_ms() < end) {
		struct pollfd file = { .fd = work_fd(), .events = POLLIN };

		poll(&file, 1, until(end, now_ms(), -1));
		work_collect();
	}
}

/* Nothing writes into its buffers any more, and they are empty. */
static void finish(struct session *session)
{
	struct session **at = &sessions;

	readers_flush(true);
	printk_read();
	say_watched(session);
	printk_close(session->id);
	readers_close(session->id);
	watch_close(session->watch);
	bpf_object__close(session->object);
	say_state(session->id, "stopped");
	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	free(session);
}

static void take_records(bool waiting)
{
	if (!busy && !waiting)
		return;
	busy = readers_take();
	readers_flush(!busy);
}

static void finish_detached(void)
{
	struct session *session = sessions, *next;

	for (; session; session = next) {
		next = session->next;
		if (session->state != DETACHED)
			continue;
		/* What is still in its buffers is taken, however slow the reader. */
		busy = readers_take();
		if (readers_empty(session->id))
			finish(session);
	}
}

static int run_watches(long long now)
{
	bool look = now >= next_lost;
	int timeout = -1;

	if (look)
		next_lost = now + LOST_MS;
	for (struct session *session = sessions; session; session = session->next) {
		if (io_congested())
			return -1;
		if (look) {
			readers_say_lost(session->id, watch_counts(session->watch));
			watch_say_lost(session->watch);
		}
		if (session->dump_ms && now >= session->next_dump) {
			session->next_dump = now + session->dump_ms;
			say_watched(session);
		}
		timeout = until(next_lost, now, timeout);
		if (session->dump_ms)
			timeout = until(session->next_dump, now, timeout);
	}
	return timeout;
}

int sessions_run(bool records_waiting)
{
	long long now = now_ms();
	int timeout;

	take_records(records_waiting);
	finish_detached();
	timeout = run_watches(now);
	if (printk_active()) {
		if (now >= next_printk) {
			next_printk = now + PRINTK_MS;
			printk_read();
		}
		timeout = until(next_printk, now, timeout);
	}
	/* Where stdout is full there is nothing to do until it is not. */
	return io_congested() ? -1 : busy ? GATHER_MS : timeout;
}
