/* SPDX-License-Identifier: MIT */
/* What the host is and lets us do, read from the host. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Finds tracefs; where it is not mounted, mounts it for this process alone. Before the first thread. */
void tracefs_init(void);
/* The path of a file in tracefs, valid until the next call. "" where there is no tracefs. */
const char *tracefs_file(const char *name);

/* The beginning of a file, without the end of the last line; false where it cannot be read. */
bool read_text(const char *path, char *text, size_t size);
bool in_container(void);
/* What is in [brackets] in /sys/kernel/security/lockdown, else `unknown`; valid until the next call. */
const char *lockdown(void);
/* CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, which includes them. */
bool has_capabilities(void);
/* `y`, `m`, a number; NULL where it is not set or the configuration cannot be read. Valid until the next call. */
const char *kernel_config(const char *option);

void say_facts(void);
