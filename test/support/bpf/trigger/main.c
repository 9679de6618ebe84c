// Makes events happen whose fields are known. Waits for the end of its stdin, so that programs can be attached first.
//
//   ebpf-truth FOLDER     FOLDER is empty, on a disk, and ours
#define _GNU_SOURCE
#include "trigger.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

void did(const char *event, int pid, ...)
{
	const char *name;
	va_list fields;

	printf("{\"event\":\"%s\",\"pid\":%d,\"fields\":{", event, pid);
	va_start(fields, pid);
	for (int i = 0; (name = va_arg(fields, const char *)); i++)
		printf("%s\"%s\":\"%s\"", i ? "," : "", name, va_arg(fields, const char *));
	va_end(fields);
	puts("}}");
	fflush(stdout);
}

const char *number(int64_t value)
{
	static char texts[16][24];
	static unsigned int next;
	char *text = texts[next++ % 16];

	snprintf(text, sizeof(texts[0]), "%lld", (long long)value);
	return text;
}

const char *address(const void *value)
{
	return number((intptr_t)value);
}

int main(int argc, char **argv)
{
	// Executed again by itself, to be seen executing.
	if (argc == 1)
		return 7;
	prctl(PR_SET_NAME, "ebpf-truth");
	while (getchar() != EOF)
		;
	do_files(argv[1]);
	do_memory();
	do_signals_and_timers();
	do_sockets();
	do_processes(argv[0]);
	return 0;
}
