// Asks the running kernel about programs of two instructions, which no compiler and no object is needed for. Each line of
// stdin is a question:
//
//   <program type> <expected attach type> <flags> <target, or -> call <helper>
//   <program type> <expected attach type> <flags> <target, or -> return <value>
//   <program type> <expected attach type> <flags> <target, or -> kfunc <kernel function>
//
// types and flags as numbers; the target is a kernel function, a tracepoint, a hook or an iterator, as the attach type has
// it, or a `struct.member` that is an operation. Each line of stdout is an answer: errno, or 0, then a tab and what the
// verifier said last before it counted.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_SIZE = 1 << 16, NAME_SIZE = 128, MAX_KFUNCS = 4096 };

// How the kernel's types call what programs of this kind are for, as libbpf has it.
static const char *prefix_of(enum bpf_attach_type attach)
{
	switch (attach) {
	case BPF_TRACE_RAW_TP:
		return "btf_trace_";
	case BPF_LSM_MAC:
	case BPF_LSM_CGROUP:
		return "bpf_lsm_";
	case BPF_TRACE_ITER:
		return "bpf_iter_";
	default:
		return "";
	}
}

static int find_target(const struct btf *kernel, const char *name, enum bpf_attach_type attach)
{
	char full_name[NAME_SIZE + 16];

	snprintf(full_name, sizeof(full_name), "%s%s", prefix_of(attach), name);
	return btf__find_by_name_kind(kernel, full_name,
				      attach == BPF_TRACE_RAW_TP ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC);
}

// Reading it takes long: it is read once.
static const struct btf *kernel_types(void)
{
	static struct btf *kernel;

	if (!kernel)
		kernel = btf__load_vmlinux_btf();
	return kernel;
}

// The number of the struct, and which of its members it is, or < 0.
static int find_operation(const struct btf *kernel, const char *name, int *index)
{
	const char *dot = strchr(name, '.');
	char tag[NAME_SIZE];
	int id;

	if (!dot)
		return -EINVAL;
	snprintf(tag, sizeof(tag), "%.*s", (int)(dot - name), name);
	id = btf__find_by_name_kind(kernel, tag, BTF_KIND_STRUCT);
	if (id < 0)
		return id;
	const struct btf_type *type = btf__type_by_id(kernel, id);

	for (*index = 0; *index < btf_vlen(type); ++*index) {
		if (strcmp(btf__name_by_offset(kernel, btf_members(type)[*index].name_off), dot + 1) == 0)
			return id;
	}
	return -ENOENT;
}

// Its BTF number. Each is asked about again and again.
static int kfunc_id(const char *name)
{
	static struct {
		char name[NAME_SIZE];
		int id;
	} known[MAX_KFUNCS];
	static int count;

	for (int n = 0; n < count; n++) {
		if (strcmp(known[n].name, name) == 0)
			return known[n].id;
	}
	if (count == MAX_KFUNCS || !kernel_types())
		return -ENOMEM;
	snprintf(known[count].name, NAME_SIZE, "%s", name);
	known[count].id = btf__find_by_name_kind(kernel_types(), name, BTF_KIND_FUNC);
	return known[count++].id;
}

// Its BTF number. Questions about one target come together.
static int target_id(const char *name, enum bpf_attach_type attach)
{
	const struct btf *kernel = kernel_types();
	static char last_name[NAME_SIZE];
	static enum bpf_attach_type last_attach;
	static int last;

	if (!kernel)
		return -errno;
	if (strcmp(name, last_name) != 0 || attach != last_attach) {
		snprintf(last_name, sizeof(last_name), "%s", name);
		last_attach = attach;
		last = find_target(kernel, name, attach);
	}
	return last;
}

// The last line of a log that is not one of the verifier's counters.
static const char *last_line(char *log)
{
	const char *last = "";

	for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		if (strncmp(line, "processed ", 10) != 0 && strncmp(line, "verification time", 17) != 0 &&
		    strncmp(line, "stack depth", 11) != 0)
			last = line;
	}
	return last;
}

static int answer(int type, int attach, int flags, const char *target, const char *what, const char *asked)
{
	static char log[LOG_SIZE];
	// As clang returns an int.
	struct bpf_insn code[] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = atoi(asked) },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach, .prog_flags = flags,
		    .log_buf = log, .log_size = sizeof(log), .log_level = 1);
	int fd;

	log[0] = '\0';
	if (strcmp(target, "-") != 0) {
		int member = attach;
		int id = type == BPF_PROG_TYPE_STRUCT_OPS && kernel_types() ?
				 find_operation(kernel_types(), target, &member) :
				 target_id(target, attach);

		if (id < 0)
			return printf("%d\tno such target\n", -id);
		options.attach_btf_id = id;
		options.expected_attach_type = member;
	}
	if (strcmp(what, "call") == 0)
		code[0] = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = atoi(asked) };
	if (strcmp(what, "kfunc") == 0) {
		int id = kfunc_id(asked);

		if (id < 0)
			return printf("%d\tno such function\n", -id);
		code[0] = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = id };
	}
	fd = bpf_prog_load(type, "probe", "GPL", code, 2, &options);
	if (fd >= 0)
		close(fd);
	return printf("%d\t%s\n", fd < 0 ? -fd : 0, fd < 0 ? last_line(log) : "");
}

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

int main(void)
{
	char target[NAME_SIZE], what[16], asked[NAME_SIZE];
	int type, attach, flags;

	libbpf_set_print(silent);
	while (scanf("%d %d %d %127s %15s %127s", &type, &attach, &flags, target, what, asked) == 6)
		if (answer(type, attach, flags, target, what, asked) < 0)
			return 1;
	return 0;
}
