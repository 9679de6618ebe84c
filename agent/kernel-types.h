/* SPDX-License-Identifier: MIT */
/* The kernel's own types, looked up without libbpf, which takes a tenth of a second to read and check them all. */
#pragma once

#include <stddef.h>

struct kernel_types {
	char *bytes;
	size_t size;
};

void kernel_types_open(struct kernel_types *types);
void kernel_types_close(struct kernel_types *types);
/* 0 where there is none, or types cannot be read. */
int kernel_type_id(const struct kernel_types *types, const char *name, unsigned int kind);
