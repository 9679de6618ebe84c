#pragma once

#include <bpf/btf.h>
#include <bpf/libbpf.h>

// What libbpf tells the kernel of a program besides its instructions.
struct target {
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	__u32 flags;
	// Of the function, tracepoint, hook or iterator that it is for; 0 where its type needs none.
	__u32 btf_id;
};

// From the program's section, as libbpf does it. Reads the kernel's types into `kernel` with the first program that needs
// them. Returns 0 where that is not certain: libbpf has to be asked.
int find_target(const struct bpf_program *program, struct btf **kernel, struct target *target);

// `tp/<category>/<name>`, written so that libbpf's own reading of it leaves no doubt; `category` and `name` have NAME_SIZE.
int parse_tracepoint(const char *section, char *category, char *name);

// `<prefix>/<name>`, likewise.
int parse_hook(const char *section, const char *prefix, char *name);

enum { NAME_SIZE = 128 };
