// `loader run`: a program at work, the way a libbpf skeleton would load it.
#include "run.h"

#include "report.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int on_record(void *context, void *data, size_t size)
{
	report_record(context, data, size);
	return 0;
}

static struct ring_buffer *open_rings(struct bpf_object *object)
{
	struct ring_buffer *rings = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_RINGBUF)
			continue;
		if (rings)
			ring_buffer__add(rings, bpf_map__fd(map), on_record, (void *)bpf_map__name(map));
		else
			rings = ring_buffer__new(bpf_map__fd(map), on_record, (void *)bpf_map__name(map), NULL);
	}
	return rings;
}

static void wait_for_end_of_input(struct ring_buffer *rings)
{
	struct pollfd files[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = rings ? ring_buffer__epoll_fd(rings) : -1, .events = POLLIN },
	};
	char ignored[256];

	while (poll(files, 2, -1) > 0) {
		if (files[1].revents)
			ring_buffer__consume(rings);
		if (files[0].revents && read(STDIN_FILENO, ignored, sizeof(ignored)) <= 0)
			break;
	}
	if (rings)
		ring_buffer__consume(rings);
}

static int is_per_cpu(const struct bpf_map *map)
{
	switch (bpf_map__type(map)) {
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return 1;
	default:
		return 0;
	}
}

// A per-CPU map's value is that of every possible CPU, each rounded up to 8 bytes.
static size_t value_size(const struct bpf_map *map)
{
	size_t size = bpf_map__value_size(map);

	return is_per_cpu(map) ? ((size + 7) / 8 * 8) * (size_t)libbpf_num_possible_cpus() : size;
}

static void dump_map(const struct bpf_map *map)
{
	size_t key_bytes = bpf_map__key_size(map), value_bytes = value_size(map);
	unsigned char *key = calloc(1, key_bytes + 1), *value = calloc(1, value_bytes + 1);
	int more = bpf_map_get_next_key(bpf_map__fd(map), NULL, key) == 0;

	while (more) {
		if (bpf_map_lookup_elem(bpf_map__fd(map), key, value) == 0)
			report_entry(bpf_map__name(map), key, key_bytes, value, value_bytes);
		more = bpf_map_get_next_key(bpf_map__fd(map), key, key) == 0;
	}
	free(key);
	free(value);
}

static void dump_maps(struct bpf_object *object, char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, names[i]);

		if (map)
			dump_map(map);
		else
			report_error(names[i], ENOENT, "no such map");
	}
}

// Links are left to the end of the process, which closes them whatever happens.
static void attach_all(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object) {
		struct verdict verdict = { .attach_tried = 1 };

		libbpf_text_clear();
		if (!bpf_program__attach(program))
			verdict.attach = errno;
		verdict.log = libbpf_text();
		report_program(bpf_program__name(program), bpf_program__section_name(program), &verdict);
	}
	report_attached();
}

int run(const char *path, char *const *map_names, int map_count)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct ring_buffer *rings;
	int error;

	if (!object) {
		report_error("open", errno, libbpf_text());
		return 1;
	}
	error = bpf_object__load(object);
	if (error) {
		report_error("load", -error, libbpf_text());
		bpf_object__close(object);
		return 1;
	}
	rings = open_rings(object);
	attach_all(object);
	wait_for_end_of_input(rings);
	dump_maps(object, map_names, map_count);
	ring_buffer__free(rings);
	bpf_object__close(object);
	return 0;
}
