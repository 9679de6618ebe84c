/* SPDX-License-Identifier: MIT */
/* Which helpers a type of program may call: by calls that are loaded, and refused in any case. */
#pragma once

#include <bpf/bpf.h>
#include <stdbool.h>
#include <stddef.h>

struct helper_calls {
	int map; /* -1: none can be made */
};

void helper_calls_open(struct helper_calls *calls);
void helper_calls_close(struct helper_calls *calls);
/* Sets `has` of each helper from 1 to `count` - 1 that a program of the type may call. From several threads at once. */
void helper_calls_try(const struct helper_calls *calls, enum bpf_prog_type type, const struct bpf_prog_load_opts *options,
		      bool *has, size_t count);
