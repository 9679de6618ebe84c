// `loader verify`: what the kernel says to each program of an object, taken alone.
//
// bpf_object__load() gives up at the first program that the verifier refuses. Opening the object once per
// program gives every verdict, but parses the kernel's BTF each time (25 ms). So well-formed programs of tracepoints
// of all three kinds, of which there are thousands, take a short cut: one load in which a hook, called when libbpf has
// relocated a program and before it loads it, asks the kernel itself and then gives libbpf a stub to load.
#include "verify.h"

#include "report.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOG_SIZE = 1 << 20, CLOSERS = 32, MOST_EVENTS = 1024, NAME_SIZE = 128 };

// Raw BTF of the kernel to relocate for; NULL for the running one.
static const char *types_path;

static struct bpf_object *open_object(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = types_path);

	return bpf_object__open_file(path, &options);
}

// The tracepoint programs of one object, in the order in which libbpf loads them.
struct batch {
	char license[NAME_SIZE];
	char *log;
	int attach;
	// The running kernel's types, read with the first program that needs them.
	struct btf *kernel;
	// File descriptors of perf events and raw tracepoints that are not closed yet.
	int events[MOST_EVENTS];
	size_t event_count;
};

// `tp/<category>/<name>`, written so that libbpf's own reading of it leaves no doubt.
static int parse_tracepoint(const char *section, char *category, char *name)
{
	int end = 0;

	if (*section == '?')
		section++;
	if (strncmp(section, "tp/", 3) == 0)
		section += 3;
	else if (strncmp(section, "tracepoint/", 11) == 0)
		section += 11;
	else
		return 0;
	return sscanf(section, "%127[A-Za-z0-9_-]/%127[A-Za-z0-9_-]%n", category, name, &end) == 2 &&
	       section[end] == '\0';
}

// `<prefix>/<name>`, likewise.
static int parse_raw(const char *section, const char *prefix, char *name)
{
	size_t length = strlen(prefix);
	int end = 0;

	if (*section == '?')
		section++;
	if (strncmp(section, prefix, length) != 0 || section[length] != '/')
		return 0;
	section += length + 1;
	return sscanf(section, "%127[A-Za-z0-9_]%n", name, &end) == 1 && section[end] == '\0';
}

// The type of a BTF tracepoint; 0 where the kernel has none.
static __u32 tracepoint_type(struct batch *batch, const char *name)
{
	char typedef_name[NAME_SIZE + 16];
	int id;

	if (!batch->kernel)
		batch->kernel = btf__load_vmlinux_btf();
	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = batch->kernel ? btf__find_by_name_kind(batch->kernel, typedef_name, BTF_KIND_TYPEDEF) : 0;
	return id > 0 ? (__u32)id : 0;
}

static int is_simple(struct batch *batch, const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);
	char category[NAME_SIZE], name[NAME_SIZE];

	return parse_tracepoint(section, category, name) || parse_raw(section, "raw_tp", name) ||
	       (parse_raw(section, "tp_btf", name) && tracepoint_type(batch, name) != 0);
}

// The event's number in tracefs, or -errno.
static int tracepoint_id(const char *category, const char *name)
{
	char path[512];
	FILE *file;
	int id;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/%s/id", category, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (fscanf(file, "%d", &id) != 1)
		id = -EIO;
	fclose(file);
	return id;
}

struct closers {
	const struct batch *batch;
	size_t next;
};

static void *close_events(void *argument)
{
	struct closers *closers = argument;
	size_t i;

	while ((i = __atomic_fetch_add(&closers->next, 1, __ATOMIC_RELAXED)) < closers->batch->event_count)
		close(closers->batch->events[i]);
	return NULL;
}

// Each close waits for RCU grace periods (27 ms, twice where a program was attached). The kernel's lock leaves
// one of the two to run in parallel: 480 events of 80 tracepoints close in 10 s one by one, in 2 s from 32 threads.
static void close_all(struct batch *batch)
{
	struct closers closers = { .batch = batch };
	pthread_t threads[CLOSERS];
	int started = 0;

	while (started < CLOSERS && pthread_create(&threads[started], NULL, close_events, &closers) == 0)
		started++;
	if (started == 0)
		close_events(&closers);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	batch->event_count = 0;
}

// As bpf_program__attach_tracepoint() does, but a refused event stays open too: closing costs a grace period.
static int attach_tracepoint(struct batch *batch, int program_fd, const char *category, const char *name)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attributes) };
	int id = tracepoint_id(category, name);
	int event;

	if (id < 0)
		return -id;
	if (batch->event_count == MOST_EVENTS)
		close_all(batch);
	attributes.config = (__u64)id;
	event = (int)syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (event < 0)
		return errno;
	batch->events[batch->event_count++] = event;
	return ioctl(event, PERF_EVENT_IOC_SET_BPF, program_fd) < 0 ? errno : 0;
}

static int attach_raw_tracepoint(struct batch *batch, int program_fd, const char *name)
{
	int fd;

	if (batch->event_count == MOST_EVENTS)
		close_all(batch);
	fd = bpf_raw_tracepoint_open(name, program_fd);
	if (fd < 0)
		return errno;
	batch->events[batch->event_count++] = fd;
	return 0;
}

static int load_one(struct batch *batch, struct bpf_program *program, struct bpf_prog_load_opts *options)
{
	const struct bpf_insn *instructions = bpf_program__insns(program);
	size_t count = bpf_program__insn_cnt(program);
	const char *name = bpf_program__name(program);
	enum bpf_prog_type type = bpf_program__type(program);
	int fd = bpf_prog_load(type, name, batch->license, instructions, count, options);
	int error = errno;

	if (fd >= 0)
		return fd;
	// Once more with a log: it is costly, and most programs are fine.
	options->log_level = 1;
	options->log_size = LOG_SIZE;
	options->log_buf = batch->log;
	fd = bpf_prog_load(type, name, batch->license, instructions, count, options);
	if (fd >= 0) {
		close(fd);
		return -error;
	}
	return -errno;
}

static int judge(struct bpf_program *program, struct bpf_prog_load_opts *options, long cookie)
{
	struct bpf_insn stub[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct batch *batch = (struct batch *)cookie;
	struct bpf_prog_load_opts own = *options;
	const char *section = bpf_program__section_name(program);
	struct verdict verdict = {};
	char category[NAME_SIZE], name[NAME_SIZE];
	int fd;

	batch->log[0] = '\0';
	if (parse_raw(section, "tp_btf", name))
		own.attach_btf_id = options->attach_btf_id = tracepoint_type(batch, name);
	fd = load_one(batch, program, &own);
	verdict.load = fd < 0 ? -fd : 0;
	verdict.log = batch->log;
	if (fd >= 0 && batch->attach) {
		verdict.attach_tried = 1;
		if (parse_tracepoint(section, category, name))
			verdict.attach = attach_tracepoint(batch, fd, category, name);
		else
			verdict.attach = attach_raw_tracepoint(batch, fd, parse_raw(section, "raw_tp", name) ? name : NULL);
	}
	if (fd >= 0)
		close(fd); // an attached program lives on through its event
	report_program(bpf_program__name(program), section, &verdict);

	// The stub has no source lines: what describes the program's own would be refused.
	options->prog_btf_fd = 0;
	options->func_info_cnt = 0;
	options->line_info_cnt = 0;
	return bpf_program__set_insns(program, stub, 2);
}

// The text of the section `license`, which libbpf keeps to itself.
static void read_license(const char *path, char *license)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *section = NULL;
	size_t names = 0;

	license[0] = '\0';
	if (elf && elf_getshdrstrndx(elf, &names) == 0) {
		while ((section = elf_nextscn(elf, section))) {
			GElf_Shdr header;
			Elf_Data *data = elf_getdata(section, NULL);
			const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;

			if (data && data->d_buf && name && strcmp(name, "license") == 0)
				snprintf(license, NAME_SIZE, "%.*s", (int)data->d_size, (const char *)data->d_buf);
		}
	}
	elf_end(elf);
	close(fd);
}

void verify_alone(const char *path, const char *name, int attach)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program, *chosen = NULL;
	struct verdict verdict = {};
	struct bpf_link *link = NULL;

	if (!object) {
		report_error("open", errno, libbpf_text());
		return;
	}
	bpf_object__for_each_program(program, object) {
		int is_it = strcmp(bpf_program__name(program), name) == 0;

		bpf_program__set_autoload(program, is_it);
		if (is_it)
			chosen = program;
	}
	if (!chosen) {
		report_error("open", ENOENT, "no such program");
		bpf_object__close(object);
		return;
	}
	libbpf_text_clear();
	verdict.load = -bpf_object__load(object);
	if (verdict.load == 0 && attach) {
		link = bpf_program__attach(chosen);
		verdict.attach_tried = 1;
		verdict.attach = link ? 0 : errno;
	}
	verdict.log = libbpf_text();
	report_program(name, bpf_program__section_name(chosen), &verdict);
	bpf_link__destroy(link);
	bpf_object__close(object);
}

static void verify_each_alone(struct batch *batch, const char *path, int simple_too)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program;

	if (!object) {
		report_error("open", errno, libbpf_text());
		return;
	}
	bpf_object__for_each_program(program, object) {
		if (simple_too || !is_simple(batch, program))
			verify_alone(path, bpf_program__name(program), batch->attach);
	}
	bpf_object__close(object);
}

// Returns 0 where libbpf never came to the programs: a map, an extern or the CO-RE relocation of one of them fails.
static int verify_simple(struct batch *batch, const char *path)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program;
	int count = 0, error;

	if (!object)
		return 0;
	bpf_object__for_each_program(program, object) {
		int simple = is_simple(batch, program);

		bpf_program__set_autoload(program, simple);
		count += simple;
	}
	error = count ? bpf_object__load(object) : 0;
	bpf_object__close(object);
	return error == 0;
}

void verify(const char *path, int attach, const char *types)
{
	static char log[LOG_SIZE];
	struct batch batch = { .attach = attach, .log = log };
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .cookie = (long)&batch, .prog_prepare_load_fn = judge);
	int handlers[4], judged;

	types_path = types;
	elf_version(EV_CURRENT);
	read_license(path, batch.license);
	handlers[0] = libbpf_register_prog_handler("tp+", BPF_PROG_TYPE_TRACEPOINT, 0, &handler);
	handlers[1] = libbpf_register_prog_handler("tracepoint+", BPF_PROG_TYPE_TRACEPOINT, 0, &handler);
	handlers[2] = libbpf_register_prog_handler("raw_tp+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &handler);
	handlers[3] = libbpf_register_prog_handler("tp_btf+", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, &handler);
	judged = verify_simple(&batch, path);
	for (int i = 0; i < 4; i++)
		libbpf_unregister_prog_handler(handlers[i]);

	verify_each_alone(&batch, path, !judged);
	fflush(stdout);
	close_all(&batch);
	btf__free(batch.kernel);
}
