// SPDX-License-Identifier: MIT
#include "readers.h"

#include "io.h"
#include "json.h"
#include "load.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
	/* A line of records is full with so many bytes, or when its first record is so old. */
	BATCH_SIZE = 32 << 10,
	BATCH_MS = 10,
	/* Bytes that one buffer may give before it is the next one's turn. */
	TURN_SIZE = 256 << 10,
	PERF_PAGES = 64,
};

struct reader {
	struct reader *next;
	unsigned long session;
	unsigned int map;
	const char *name;

	/* A ring buffer. */
	int fd;
	unsigned long *consumer;
	const unsigned long *producer;
	const char *ring;
	size_t ring_size, largest;
	unsigned long long full;
	/* Or a perf buffer. */
	struct perf_buffer *perf;
	unsigned long long perf_lost;

	size_t turn;
	bool empty;
	char *batch;
	size_t used, capacity;
	unsigned int count;
	long long since;
	unsigned long long said_lost;
};

struct record {
	unsigned int size;
	int cpu;
	unsigned long long time;
};

static struct reader *readers;
static int epoll = -1;
static size_t page_size;

void readers_init(void)
{
	epoll = epoll_create1(EPOLL_CLOEXEC);
	page_size = sysconf(_SC_PAGESIZE);
}

int readers_fd(void)
{
	return epoll;
}

static void flush(struct reader *reader)
{
	if (!reader->count)
		return;
	json_begin("records");
	json_number("session", reader->session);
	json_number("map", reader->map);
	json_number("count", reader->count);
	json_base64("data", reader->batch, reader->used);
	json_end();
	reader->used = reader->count = 0;
}

/* Records longer than a batch get a batch of their own. */
static bool make_room(struct reader *reader, size_t size)
{
	char *batch;

	if (reader->used + size > BATCH_SIZE)
		flush(reader);
	if (reader->used + size <= reader->capacity)
		return true;
	batch = realloc(reader->batch, size > BATCH_SIZE ? size : BATCH_SIZE);
	if (!batch)
		return false;
	reader->batch = batch;
	reader->capacity = size > BATCH_SIZE ? size : BATCH_SIZE;
	return true;
}

static void take(struct reader *reader, int cpu, const void *data, size_t size)
{
	struct record record = { .size = size, .cpu = cpu };
	size_t padded = (size + 7) / 8 * 8;
	struct timespec time;
	char *into;

	if (!make_room(reader, sizeof(record) + padded)) {
		say_error("not enough memory for a record", ENOMEM);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &time);
	record.time = time.tv_sec * 1000000000ULL + time.tv_nsec;
	into = reader->batch + reader->used;
	memcpy(into, &record, sizeof(record));
	memcpy(into + sizeof(record), data, size);
	memset(into + sizeof(record) + size, 0, padded - size);
	reader->used += sizeof(record) + padded;
	reader->turn += sizeof(record) + padded;
	if (!reader->count++)
		reader->since = now_ms();
}

/* Is it somebody else's turn? */
static bool is_over(const struct reader *reader)
{
	return reader->turn > TURN_SIZE || io_congested();
}

/*
 * As libbpf's ring_buffer__consume(), which however neither stops before a record nor tells how full the buffer is.
 * The layout is part of the kernel's interface (kernel/bpf/ringbuf.c).
 */
static bool take_ring(struct reader *reader)
{
	unsigned long position = __atomic_load_n(reader->consumer, __ATOMIC_ACQUIRE);
	unsigned long end = __atomic_load_n(reader->producer, __ATOMIC_ACQUIRE);
	unsigned long start = position;

	while (position < end && !is_over(reader)) {
		const char *header = reader->ring + (position & (reader->ring_size - 1));
		unsigned int length = __atomic_load_n((const unsigned int *)header, __ATOMIC_ACQUIRE);
		size_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		size_t whole = (size + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;

		if (length & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(length & BPF_RINGBUF_DISCARD_BIT))
			take(reader, -1, header + BPF_RINGBUF_HDR_SZ, size);
		if (whole > reader->largest)
			reader->largest = whole;
		position += whole;
		__atomic_store_n(reader->consumer, position, __ATOMIC_RELEASE);
	}
	/* There was no room for one more that is as long as the longest. */
	if (position > start && end - start + reader->largest >= reader->ring_size)
		reader->full++;
	reader->empty = position == end;
	return position > start;
}

static enum bpf_perf_event_ret on_perf_event(void *context, int cpu, struct perf_event_header *header)
{
	struct reader *reader = context;
	const char *body = (const char *)(header + 1);
	unsigned int size;
	__u64 lost;

	if (header->type == PERF_RECORD_SAMPLE) {
		memcpy(&size, body, sizeof(size));
		take(reader, cpu, body + sizeof(size), size);
	} else if (header->type == PERF_RECORD_LOST) {
		memcpy(&lost, body + sizeof(__u64), sizeof(lost));
		reader->perf_lost += lost;
	}
	return is_over(reader) ? LIBBPF_PERF_EVENT_DONE : LIBBPF_PERF_EVENT_CONT;
}

static bool take_perf(struct reader *reader)
{
	for (size_t i = 0; i < perf_buffer__buffer_cnt(reader->perf) && !is_over(reader); i++)
		perf_buffer__consume_buffer(reader->perf, i);
	reader->empty = !reader->turn && !is_over(reader);
	return reader->turn;
}

/* A LOST record comes with the next sample only; kernels from 6.0 count in the event, too. */
static unsigned long long perf_lost(const struct reader *reader)
{
	unsigned long long total = 0;

	for (size_t i = 0; i < perf_buffer__buffer_cnt(reader->perf); i++) {
		struct {
			__u64 value, lost;
		} counts;

		if (read(perf_buffer__buffer_fd(reader->perf, i), &counts, sizeof(counts)) == sizeof(counts))
			total += counts.lost;
	}
	return total > reader->perf_lost ? total : reader->perf_lost;
}

bool readers_take(void)
{
	bool any = false;

	for (struct reader *reader = readers; reader; reader = reader->next) {
		reader->turn = 0;
		any |= reader->perf ? take_perf(reader) : take_ring(reader);
	}
	/* The first one gives way, or a slow stdout would starve the others. */
	if (io_congested() && readers && readers->next) {
		struct reader *first = readers, **end = &readers->next->next;

		readers = first->next;
		first->next = NULL;
		while (*end)
			end = &(*end)->next;
		*end = first;
	}
	return any || io_congested();
}

bool readers_empty(unsigned long session)
{
	for (struct reader *reader = readers; reader; reader = reader->next) {
		if (reader->session == session && !reader->empty)
			return false;
	}
	return true;
}

void readers_flush(bool all)
{
	long long now = now_ms();

	for (struct reader *reader = readers; reader; reader = reader->next) {
		if (all || now - reader->since >= BATCH_MS)
			flush(reader);
	}
}

static void say_lost(struct reader *reader, const char *source, unsigned long long count)
{
	if (count == reader->said_lost)
		return;
	reader->said_lost = count;
	json_begin("lost");
	json_number("session", reader->session);
	json_text("source", source);
	json_text("name", reader->name);
	json_number("count", count);
	json_end();
}

void readers_say_lost(unsigned long session, bool counted)
{
	for (struct reader *reader = readers; reader; reader = reader->next) {
		if (reader->session != session)
			continue;
		if (reader->perf)
			say_lost(reader, "perf", perf_lost(reader));
		else if (!counted)
			say_lost(reader, "full", reader->full);
	}
}

static bool open_ring(struct reader *reader, const struct bpf_map *map)
{
	size_t size = bpf_map__max_entries(map);
	struct epoll_event event = { .events = EPOLLIN };
	char *pages;

	reader->fd = bpf_map__fd(map);
	reader->consumer = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, reader->fd, 0);
	if (reader->consumer == MAP_FAILED)
		return false;
	/* The ring comes twice, one behind the other, so that no record is in two pieces. */
	pages = mmap(NULL, page_size + 2 * size, PROT_READ, MAP_SHARED, reader->fd, page_size);
	if (pages == MAP_FAILED) {
		munmap(reader->consumer, page_size);
		return false;
	}
	reader->producer = (const unsigned long *)pages;
	reader->ring = pages + page_size;
	reader->ring_size = size;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, reader->fd, &event) == 0;
}

static bool open_perf(struct reader *reader, const struct bpf_map *map)
{
	struct perf_event_attr attributes = {
		.size = sizeof(attributes),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = 1,
		.read_format = PERF_FORMAT_LOST,
	};
	struct epoll_event event = { .events = EPOLLIN };

	reader->perf = perf_buffer__new_raw(bpf_map__fd(map), PERF_PAGES, &attributes, on_perf_event, reader, NULL);
	if (!reader->perf) {
		attributes.read_format = 0;
		reader->perf = perf_buffer__new_raw(bpf_map__fd(map), PERF_PAGES, &attributes, on_perf_event, reader, NULL);
	}
	return reader->perf && epoll_ctl(epoll, EPOLL_CTL_ADD, perf_buffer__epoll_fd(reader->perf), &event) == 0;
}

static void close_reader(struct reader *reader)
{
	if (reader->producer) {
		epoll_ctl(epoll, EPOLL_CTL_DEL, reader->fd, NULL);
		munmap((void *)reader->producer, page_size + 2 * reader->ring_size);
		munmap(reader->consumer, page_size);
	}
	perf_buffer__free(reader->perf);
	free(reader->batch);
	free(reader);
}

void readers_open(unsigned long session, struct bpf_object *object)
{
	struct bpf_map *map;
	unsigned int index = 0;

	bpf_object__for_each_map(map, object) {
		bool ring = bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF;
		bool perf = bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
		struct reader *reader = ring || perf ? calloc(1, sizeof(*reader)) : NULL;

		index++;
		if (!ring && !perf)
			continue;
		if (!reader) {
			say_error("not enough memory to read a buffer", ENOMEM);
			continue;
		}
		reader->session = session;
		reader->map = index - 1;
		reader->name = map_name(map);
		errno = 0;
		if (ring ? open_ring(reader, map) : open_perf(reader, map)) {
			reader->next = readers;
			readers = reader;
		} else {
			say_error("a buffer cannot be read", errno);
			close_reader(reader);
		}
	}
}

void readers_close(unsigned long session)
{
	struct reader **at = &readers;

	while (*at) {
		struct reader *reader = *at;

		if (reader->session != session) {
			at = &reader->next;
			continue;
		}
		*at = reader->next;
		close_reader(reader);
	}
}
