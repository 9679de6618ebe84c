/* SPDX-License-Identifier: MIT */
/* Attaching what is loaded, and letting go of it. */
#pragma once

#include <bpf/libbpf.h>
#include <stddef.h>

struct links {
	struct bpf_link **all;
	size_t count;
};

/* Says an `attach` line for each loaded program. */
struct links attach_all(unsigned long session, struct bpf_object *object);
/* Any thread may call it. The kernel takes 25 to 45 ms for a tracepoint. */
void detach_all(struct links *links);
