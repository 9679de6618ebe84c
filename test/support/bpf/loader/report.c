#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Bytes beyond ASCII are written as if they were Latin-1: the line stays valid JSON whatever a log holds.
static void print_string(const char *text)
{
	putchar('"');
	for (const unsigned char *c = (const unsigned char *)(text ? text : ""); *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c == '\n')
			fputs("\\n", stdout);
		else if (*c < 0x20 || *c > 0x7e)
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static void print_text(const char *key, const char *text)
{
	printf(",\"%s\":", key);
	print_string(text);
}

static void print_hex(const char *key, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	printf(",\"%s\":\"", key);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('"');
}

void report_program(const char *name, const char *section, const struct verdict *verdict)
{
	printf("{\"type\":\"program\"");
	print_text("program", name);
	print_text("section", section);
	printf(",\"load\":%d", verdict->load);
	if (verdict->attach_tried)
		printf(",\"attach\":%d", verdict->attach);
	else
		printf(",\"attach\":null");
	print_text("log", verdict->log);
	puts("}");
}

void report_attached(void)
{
	puts("{\"type\":\"attached\"}");
	fflush(stdout);
}

void report_record(const char *map, const void *data, size_t size)
{
	printf("{\"type\":\"record\"");
	print_text("map", map);
	print_hex("data", data, size);
	puts("}");
	fflush(stdout);
}

void report_entry(const char *map, const void *key, size_t key_size, const void *value, size_t value_size)
{
	printf("{\"type\":\"entry\"");
	print_text("map", map);
	print_hex("key", key, key_size);
	print_hex("value", value, value_size);
	puts("}");
}

void report_error(const char *what, int error, const char *text)
{
	printf("{\"type\":\"error\"");
	print_text("what", what);
	printf(",\"errno\":%d", error);
	print_text("log", text);
	puts("}");
}

static char collected[1 << 20];
static size_t collected_size;

int libbpf_text_append(enum libbpf_print_level level, const char *format, va_list arguments)
{
	int written;

	if (level == LIBBPF_DEBUG)
		return 0;
	written = vsnprintf(collected + collected_size, sizeof(collected) - collected_size, format, arguments);
	if (written > 0)
		collected_size += (size_t)written;
	if (collected_size >= sizeof(collected))
		collected_size = sizeof(collected) - 1;
	return 0;
}

const char *libbpf_text(void)
{
	return collected;
}

void libbpf_text_clear(void)
{
	collected[0] = '\0';
	collected_size = 0;
}
