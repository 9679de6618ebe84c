// SPDX-License-Identifier: MIT
#include "words.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local struct {
	char text[64 << 10];
	size_t used;
} said;

static int listen(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[16 << 10];
	int size;

	if (level != LIBBPF_WARN)
		return 0;
	size = vsnprintf(line, sizeof(line), format, arguments);
	if (size <= 0)
		return 0;
	size = strlen(line);
	if (said.used + size >= sizeof(said.text)) {
		/* What comes last says most. */
		said.used /= 2;
		memmove(said.text, said.text + said.used, said.used);
	}
	memcpy(said.text + said.used, line, size + 1);
	said.used += size;
	return size;
}

void words_init(void)
{
	libbpf_set_print(listen);
}

void words_clear(void)
{
	said.used = 0;
	said.text[0] = '\0';
}

const char *words(void)
{
	return said.text;
}
