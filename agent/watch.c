// SPDX-License-Identifier: MIT
#include "watch.h"

#include "json.h"
#include "load.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ENTRIES = 1000, MOST_COUNTERS = 64, DUMP_SIZE = 1 << 20 };

/* A global variable whose name says that it counts losses. */
struct counter {
	const struct bpf_map *map;
	const char *name;
	unsigned int offset, size;
	unsigned long long said;
};

struct watch {
	unsigned long session;
	struct bpf_object *object;
	bool stats;
	struct counter counters[MOST_COUNTERS];
	size_t counter_count;
	/* What each map's last dump was, as a hash; 0 for none. */
	unsigned long long *dumped;
};

/* One for the process: the kernel measures while it is open. */
static int stats_fd = -1;
static unsigned int stats_users;

static size_t value_size(const struct bpf_map *map)
{
	size_t size = bpf_map__value_size(map);

	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return (size + 7) / 8 * 8 * libbpf_num_possible_cpus();
	default:
		return size;
	}
}

static bool is_dumped(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_ARRAY:
		/* Strings that the compiler put together say nothing. */
		return strncmp(map_name(map), ".rodata.str", 11) != 0;
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return true;
	default:
		return false;
	}
}

static bool is_counter(const char *name)
{
	return name && (strncmp(name, "dropped", 7) == 0 || strncmp(name, "lost", 4) == 0);
}

static void find_counters_in(struct watch *watch, const struct bpf_map *map, const struct btf *btf, int section)
{
	const struct btf_type *type = btf__type_by_id(btf, section);
	const struct btf_var_secinfo *variable = btf_var_secinfos(type);

	for (int i = 0; i < btf_vlen(type) && watch->counter_count < MOST_COUNTERS; i++, variable++) {
		const struct btf_type *named = btf__type_by_id(btf, variable->type);
		const char *name = btf__name_by_offset(btf, named->name_off);
		const struct btf_type *value = btf__type_by_id(btf, btf__resolve_type(btf, named->type));

		if (!is_counter(name) || !value || !btf_is_int(value) || (value->size != 4 && value->size != 8))
			continue;
		watch->counters[watch->counter_count++] = (struct counter){
			.map = map,
			.name = name,
			.offset = variable->offset,
			.size = value->size,
		};
	}
}

static void find_counters(struct watch *watch)
{
	const struct btf *btf = bpf_object__btf(watch->object);
	const struct bpf_map *map;

	bpf_object__for_each_map(map, watch->object) {
		const char *section = map_name(map);
		int id;

		if (!btf || !bpf_map__is_internal(map) || (strcmp(section, ".bss") && strncmp(section, ".data", 5)))
			continue;
		id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);
		if (id > 0)
			find_counters_in(watch, map, btf, id);
	}
}

static void enable_stats(void)
{
	if (!stats_users++)
		stats_fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (stats_fd < 0)
		say_error("the kernel does not measure programs", errno);
}

static void disable_stats(void)
{
	if (--stats_users || stats_fd < 0)
		return;
	close(stats_fd);
	stats_fd = -1;
}

struct watch *watch_open(unsigned long session, struct bpf_object *object, bool stats)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	const struct bpf_map *map;
	size_t maps = 0;

	bpf_object__for_each_map(map, object)
		maps++;
	if (watch)
		watch->dumped = calloc(maps + 1, sizeof(*watch->dumped));
	if (!watch || !watch->dumped) {
		free(watch);
		return NULL;
	}
	watch->session = session;
	watch->object = object;
	watch->stats = stats;
	find_counters(watch);
	if (stats)
		enable_stats();
	return watch;
}

void watch_close(struct watch *watch)
{
	if (watch->stats)
		disable_stats();
	free(watch->dumped);
	free(watch);
}

bool watch_counts(const struct watch *watch)
{
	return watch->counter_count;
}

static unsigned long long read_counter(const struct counter *counter)
{
	char *section = malloc(bpf_map__value_size(counter->map));
	unsigned long long count = counter->said;
	int zero = 0;

	if (section && bpf_map_lookup_elem(bpf_map__fd(counter->map), &zero, section) == 0) {
		count = 0; /* little-endian: the lower bytes come first */
		memcpy(&count, section + counter->offset, counter->size);
	}
	free(section);
	return count;
}

void watch_say_lost(struct watch *watch)
{
	for (size_t i = 0; i < watch->counter_count; i++) {
		struct counter *counter = &watch->counters[i];
		unsigned long long count = read_counter(counter);

		if (count == counter->said)
			continue;
		counter->said = count;
		json_begin("lost");
		json_number("session", watch->session);
		json_text("source", "counter");
		json_text("name", counter->name);
		json_number("count", count);
		json_end();
	}
}

static unsigned long long hash(const char *data, size_t size)
{
	unsigned long long hash = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (unsigned char)data[i]) * 0x100000001b3;
	return hash ? hash : 1;
}

/* Keys and values, one after another. */
struct dump {
	char *data;
	size_t count;
	bool truncated;
};

static struct dump read_map(const struct bpf_map *map)
{
	size_t key_size = bpf_map__key_size(map), entry_size = key_size + value_size(map);
	size_t most = DUMP_SIZE / entry_size;
	int fd = bpf_map__fd(map);
	const char *key = NULL;
	struct dump dump = {};

	if (!most)
		most = 1;
	if (most > MOST_ENTRIES)
		most = MOST_ENTRIES;
	/* One more: whether there is one that is not shown. */
	dump.data = calloc(most + 1, entry_size);
	if (!dump.data)
		return dump;
	/* An entry that goes while we look can have the kernel begin anew: never more than `most` steps. */
	for (size_t step = 0; step <= most; step++) {
		char *next = dump.data + dump.count * entry_size;

		if (bpf_map_get_next_key(fd, key, next))
			return dump;
		key = next;
		if (step < most && bpf_map_lookup_elem(fd, key, next + key_size) == 0)
			dump.count++;
	}
	dump.truncated = true;
	return dump;
}

static void say_map(const struct watch *watch, size_t index, const struct bpf_map *map, const struct dump *dump)
{
	size_t key_size = bpf_map__key_size(map), size = value_size(map);
	const char *entry = dump->data;

	json_begin("map");
	json_number("session", watch->session);
	json_number("map", index);
	json_open("entries", '[');
	for (size_t i = 0; i < dump->count; i++, entry += key_size + size) {
		json_open(NULL, '[');
		json_base64(NULL, entry, key_size);
		json_base64(NULL, entry + key_size, size);
		json_close(']');
	}
	json_close(']');
	json_bool("truncated", dump->truncated);
	json_end();
}

void watch_say_maps(struct watch *watch)
{
	const struct bpf_map *map;
	size_t index = 0;

	bpf_object__for_each_map(map, watch->object) {
		size_t at = index++;
		struct dump dump;
		unsigned long long now;

		if (!is_dumped(map) || bpf_map__fd(map) < 0)
			continue;
		dump = read_map(map);
		now = hash(dump.data, dump.count * (bpf_map__key_size(map) + value_size(map)));
		if (dump.data && now != watch->dumped[at]) {
			watch->dumped[at] = now;
			say_map(watch, at, map, &dump);
		}
		free(dump.data);
	}
}

void watch_say_stats(const struct watch *watch)
{
	const struct bpf_program *program;
	struct bpf_program *next = NULL;

	if (!watch->stats)
		return;
	json_begin("stats");
	json_number("session", watch->session);
	json_open("programs", '[');
	while ((next = bpf_object__next_program(watch->object, next))) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		program = next;
		if (bpf_program__fd(program) < 0 || bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			continue;
		json_open(NULL, '{');
		json_text("name", bpf_program__name(program));
		json_number("runs", info.run_cnt);
		json_number("nanoseconds", info.run_time_ns);
		json_number("missed", info.recursion_misses);
		json_close('}');
	}
	json_close(']');
	json_end();
}
