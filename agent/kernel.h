/* SPDX-License-Identifier: MIT */
/* The host's kernel in full: its types, and which helpers it has. Each answer is `chunk` lines. */
#pragma once

#include <stdbool.h>

/* `vmlinux`, `btf` or `features`; false for anything else. Those that take time come later. */
bool say_kernel(const char *what);
