// Asks the running kernel about programs of two instructions, which no compiler and no object is needed for. Each line of
// stdin is a question:
//
//   <program type> <expected attach type> <flags> <target, or -> call <helper>
//   <program type> <expected attach type> <flags> <target, or -> return <value>
//
// types and flags as numbers; the target is a kernel function, a tracepoint, a hook or an iterator, as the attach type has
// it. Each line of stdout is an answer: errno, or 0, then a tab and what the verifier said last before it counted.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOG_SIZE = 1 << 16, NAME_SIZE = 128 };

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

// Its BTF number. Reading the kernel's BTF takes long: it is read once, and questions about one target come together.
static int target_id(const char *name, enum bpf_attach_type attach)
{
	static struct btf *kernel;
	static char last_name[NAME_SIZE];
	static enum bpf_attach_type last_attach;
	static int last;

	if (!kernel)
		kernel = btf__load_vmlinux_btf();
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

static int answer(int type, int attach, int flags, const char *target, const char *what, int number)
{
	static char log[LOG_SIZE];
	struct bpf_insn call[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = number },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	// As clang returns an int.
	struct bpf_insn value[] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = number },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach, .prog_flags = flags,
		    .log_buf = log, .log_size = sizeof(log), .log_level = 1);
	int fd;

	log[0] = '\0';
	if (strcmp(target, "-") != 0) {
		int id = target_id(target, attach);

		if (id < 0)
			return printf("%d\tno such target\n", -id);
		options.attach_btf_id = id;
	}
	fd = bpf_prog_load(type, "probe", "GPL", strcmp(what, "call") == 0 ? call : value, 2, &options);
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
	char target[NAME_SIZE], what[16];
	int type, attach, flags, number;

	libbpf_set_print(silent);
	while (scanf("%d %d %d %127s %15s %d", &type, &attach, &flags, target, what, &number) == 6)
		if (answer(type, attach, flags, target, what, number) < 0)
			return 1;
	return 0;
}
