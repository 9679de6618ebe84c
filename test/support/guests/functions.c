// What this kernel says to probes of its functions, whose names are lines of stdin. Each line of stdout is an answer: the
// name, then 0 or the errno.
//
//   functions kprobe    a kprobe at its beginning, as tracefs makes it
//   functions fentry    a program of two instructions: of loading it, and, in a third word, of attaching it
//   functions multi     one kprobe.multi link for each name
//   functions symbols    no names: every symbol of code in its table, a line each
//   functions words N   a fentry program for each word of its context, up to the N-th: a word for each, to be read as such
//
// Nothing is taken away again: that takes longest, and the guest ends soon.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST = 1 << 18, NAME_SIZE = 512 };

static char *names[MOST];
static char answered[MOST];
static int count;

static void read_names(void)
{
	char name[NAME_SIZE];

	while (count < MOST && scanf("%511s", name) == 1)
		names[count++] = strdup(name);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int kprobes(void)
{
	int fd = open("/sys/kernel/tracing/kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return 1;
	for (int i = 0; i < count; i++) {
		char line[NAME_SIZE + 64];
		int length = snprintf(line, sizeof(line), "p:judged/at_%d %s\n", i, names[i]);

		printf("%s %d\n", names[i], write(fd, line, (size_t)length) < 0 ? errno : 0);
	}
	return 0;
}

static int load(enum bpf_prog_type type, enum bpf_attach_type attach, int function)
{
	struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = attach);

	options.attach_btf_id = (__u32)function;
	return bpf_prog_load(type, "judge", "GPL", nothing, 2, &options);
}

static void fentry(const char *name, int function)
{
	int fd = load(BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, function);

	if (fd < 0) {
		printf("%s %d 0\n", name, errno);
		return;
	}
	printf("%s 0 %d\n", name, bpf_link_create(fd, 0, BPF_TRACE_FENTRY, NULL) < 0 ? errno : 0);
	close(fd);
}

static void words(const char *name, int function, int most)
{
	printf("%s", name);
	for (int i = 0; i < most; i++) {
		struct bpf_insn read[] = {
			{ .code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 2, .src_reg = 1, .off = (short)(8 * i) },
			{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
			{ .code = BPF_JMP | BPF_EXIT },
		};
		LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY);
		int fd;

		options.attach_btf_id = (__u32)function;
		fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "judge", "GPL", read, 3, &options);
		printf(" %d", fd < 0 ? errno : 0);
		if (fd >= 0)
			close(fd);
	}
	printf("\n");
}

// The first of its name, as libbpf takes it.
static int fentries(int most)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int types = kernel ? (int)btf__type_cnt(kernel) : 0;

	for (int id = 1; id < types; id++) {
		const struct btf_type *type = btf__type_by_id(kernel, (__u32)id);
		const char *name = btf__name_by_offset(kernel, type->name_off);
		char **found = btf_is_func(type) ? bsearch(&name, names, (size_t)count, sizeof(*names), by_name) : NULL;

		if (found && !answered[found - names]) {
			answered[found - names] = 1;
			if (most > 0)
				words(name, id, most);
			else
				fentry(name, id);
		}
	}
	return types == 0;
}

static int multis(void)
{
	int fd = load(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0);

	for (int i = 0; i < count; i++) {
		const char *symbol = names[i];
		LIBBPF_OPTS(bpf_link_create_opts, options);

		options.kprobe_multi.syms = &symbol;
		options.kprobe_multi.cnt = 1;
		printf("%s %d\n", symbol, bpf_link_create(fd, 0, BPF_TRACE_KPROBE_MULTI, &options) < 0 ? errno : 0);
	}
	return fd < 0;
}

// Lines of `ffffffff81000000 T _stext`, behind which a module may be named.
static int symbols(void)
{
	FILE *table = fopen("/proc/kallsyms", "re");
	char line[NAME_SIZE];

	while (table && fgets(line, sizeof(line), table)) {
		char *type = strchr(line, ' ');

		if (type && type[1] && strchr("tTwW", type[1]) && type[2] == ' ')
			printf("%.*s\n", (int)strcspn(type + 3, "\t\n"), type + 3);
	}
	return table == NULL;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { .rlim_cur = 1 << 18, .rlim_max = 1 << 18 };

	setrlimit(RLIMIT_NOFILE, &limit);
	if (argc == 2 && strcmp(argv[1], "symbols") == 0)
		return symbols();
	read_names();
	qsort(names, (size_t)count, sizeof(*names), by_name);
	if (argc == 2 && strcmp(argv[1], "kprobe") == 0)
		return kprobes();
	if (argc == 2 && strcmp(argv[1], "fentry") == 0)
		return fentries(0);
	if (argc == 3 && strcmp(argv[1], "words") == 0)
		return fentries(atoi(argv[2]));
	if (argc == 2 && strcmp(argv[1], "multi") == 0)
		return multis();
	return 2;
}
