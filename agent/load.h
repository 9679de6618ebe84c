/* SPDX-License-Identifier: MIT */
/* An object's way into the kernel, with a verdict for each of its programs. */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>

enum { MOST_ONLY = 256 };

/* A `load` command. */
struct request {
	unsigned long session;
	char *bytes;
	size_t size, received;
	bool verify, stats;
	/* Of the verifier's log where programs load; those that are refused have theirs in any case. */
	unsigned int level;
	unsigned int dump_ms;
	/* The programs to load; none means those that libbpf would. They point into `line`. */
	const char *only[MOST_ONLY];
	size_t only_count;
	char *line;
};

/*
 * Says `maps`, a `program` line each, and `state` loaded or failed. Returns the object with all that loaded, or NULL
 * where nothing did or where it was only to be verified.
 */
struct bpf_object *load_object(const struct request *request);

/* `.bss` of `name.bss`; other maps have their own names. */
const char *map_name(const struct bpf_map *map);
