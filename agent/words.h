/* SPDX-License-Identifier: MIT */
/* What libbpf would print, kept per thread: warnings and above, the last 64 KB. */
#pragma once

void words_init(void);
void words_clear(void);
/* What was said since words_clear(); "" for nothing. */
const char *words(void);
