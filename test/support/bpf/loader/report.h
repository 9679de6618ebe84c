// What the loader prints: one JSON object a line on stdout. ../loader.ts holds the schema.
#pragma once

#include <bpf/libbpf.h>
#include <stddef.h>

// `{"type":"program",…}`. Verdicts are errno values, 0 for success; an attach that was not tried is null.
struct verdict {
	int load;
	int attach;
	int attach_tried;
	// The verifier's log, or what libbpf said where the kernel was never asked. May be NULL.
	const char *log;
};

void report_program(const char *name, const char *section, const struct verdict *verdict);
// `{"type":"attached"}`: every program that could be attached is; the reader may act now.
void report_attached(void);
// `{"type":"record",…}`: one ring buffer record, as hex.
void report_record(const char *map, const void *data, size_t size);
// `{"type":"entry",…}`: one element of a map, as hex.
void report_entry(const char *map, const void *key, size_t key_size, const void *value, size_t value_size);
// `{"type":"error",…}`: the whole object failed; `libbpf_text` says more.
void report_error(const char *what, int error, const char *libbpf_text);

// Collects what libbpf would print; `libbpf_text()` is what came since `libbpf_text_clear()`.
int libbpf_text_append(enum libbpf_print_level level, const char *format, va_list arguments);
const char *libbpf_text(void);
void libbpf_text_clear(void);
