// `loader verify`: what the kernel says to each program of an object, taken alone.
//
// bpf_object__load() gives up at the first program that the verifier refuses. Opening the object once per
// program gives every verdict, but parses the kernel's BTF each time (25 ms, in an emulated guest much more). So programs
// of which all that libbpf would do is known here (targets.h) take a short cut: one load in which a hook, called when
// libbpf has relocated a program and before it loads it, asks the kernel itself and then gives libbpf a stub to load.
#include "verify.h"

#include "report.h"
#include "sections.h"
#include "targets.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOG_SIZE = 1 << 20, CLOSERS = 32, MOST_EVENTS = 1024 };

// Raw BTF of the kernel to relocate for; NULL for the running one.
static const char *types_path;

static struct bpf_object *open_object(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = types_path);

	return bpf_object__open_file(path, &options);
}

// The programs of one object that take the short cut, in the order in which libbpf loads them.
struct batch {
	char license[NAME_SIZE];
	// The sections that they are in.
	struct hook *hooks;
	size_t hook_count;
	// The names of those that have their verdict.
	char **judged;
	size_t judged_count;
	char *log;
	int attach;
	// The running kernel's types, read with the first program that needs them.
	struct btf *kernel;
	// File descriptors of perf events and raw tracepoints that are not closed yet.
	int events[MOST_EVENTS];
	size_t event_count;
};

struct hook {
	struct batch *batch;
	struct target target;
	char *section;
	// Of libbpf.
	int handler;
};

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
	if (fd >= 0)
		close(fd);
	return -error;
}

// What the verifier takes from a program of any kind: those of a cgroup have hooks that must let things pass.
static int harmless_result(const struct target *target)
{
	switch (target->type) {
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_SOCK_OPS:
		return 1;
	default:
		return target->attach == BPF_LSM_CGROUP;
	}
}

static int attach_one(struct batch *batch, int fd, const char *section)
{
	char category[NAME_SIZE], name[NAME_SIZE];

	if (parse_tracepoint(section, category, name))
		return attach_tracepoint(batch, fd, category, name);
	return attach_raw_tracepoint(batch, fd, parse_hook(section, "raw_tp", name) ? name : NULL);
}

static int judge(struct bpf_program *program, struct bpf_prog_load_opts *options, long cookie)
{
	const struct hook *hook = (const struct hook *)cookie;
	struct bpf_insn stub[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = harmless_result(&hook->target) },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct batch *batch = hook->batch;
	struct verdict verdict = {};
	struct bpf_prog_load_opts own;
	int fd;

	options->prog_flags |= hook->target.flags;
	options->attach_btf_id = hook->target.btf_id;
	own = *options;
	batch->log[0] = '\0';
	fd = load_one(batch, program, &own);
	verdict.load = fd < 0 ? -fd : 0;
	verdict.log = batch->log;
	if (fd >= 0 && batch->attach) {
		verdict.attach_tried = 1;
		verdict.attach = attach_one(batch, fd, hook->section);
	}
	if (fd >= 0)
		close(fd); // an attached program lives on through its event
	report_program(bpf_program__name(program), hook->section, &verdict);
	batch->judged[batch->judged_count++] = strdup(bpf_program__name(program));

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

// Whether it takes the short cut. Attached is there only what needs no more than a name.
static int is_simple(struct batch *batch, const struct bpf_program *program, struct target *target)
{
	const char *section = bpf_program__section_name(program);
	char category[NAME_SIZE], name[NAME_SIZE];

	if (is_newer_section(section))
		return 0;
	if (batch->attach && !parse_tracepoint(section, category, name) && !parse_hook(section, "raw_tp", name) &&
	    !parse_hook(section, "tp_btf", name))
		return 0;
	return find_target(program, &batch->kernel, target);
}

static const struct hook *find_hook(const struct batch *batch, const char *section)
{
	for (size_t i = 0; i < batch->hook_count; i++) {
		if (strcmp(batch->hooks[i].section, section) == 0)
			return &batch->hooks[i];
	}
	return NULL;
}

static size_t count_programs(const struct bpf_object *object)
{
	struct bpf_program *program;
	size_t count = 0;

	bpf_object__for_each_program(program, object)
		count++;
	return count;
}

// Tells libbpf to call judge() for the sections of the programs that take the short cut.
static void register_hooks(struct batch *batch, const struct bpf_object *object)
{
	struct bpf_program *program;

	// libbpf keeps addresses of hooks: they do not move.
	batch->hooks = calloc(count_programs(object), sizeof(*batch->hooks));
	batch->judged = calloc(count_programs(object), sizeof(*batch->judged));
	bpf_object__for_each_program(program, object) {
		const char *section = bpf_program__section_name(program);
		struct hook *hook = &batch->hooks[batch->hook_count];
		LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (long)hook, .prog_prepare_load_fn = judge);

		if (find_hook(batch, section) || !is_simple(batch, program, &hook->target))
			continue;
		hook->batch = batch;
		hook->section = strdup(section);
		hook->handler =
			libbpf_register_prog_handler(section, hook->target.type, hook->target.attach, &options);
		batch->hook_count++;
	}
}

static void unregister_hooks(const struct batch *batch)
{
	for (size_t i = 0; i < batch->hook_count; i++)
		libbpf_unregister_prog_handler(batch->hooks[i].handler);
}

static void free_batch(struct batch *batch)
{
	while (batch->hook_count > 0)
		free(batch->hooks[--batch->hook_count].section);
	while (batch->judged_count > 0)
		free(batch->judged[--batch->judged_count]);
	free(batch->hooks);
	free(batch->judged);
	free(batch->log);
	btf__free(batch->kernel);
}

static int is_judged(const struct batch *batch, const struct bpf_program *program)
{
	for (size_t i = 0; i < batch->judged_count; i++) {
		if (strcmp(batch->judged[i], bpf_program__name(program)) == 0)
			return 1;
	}
	return 0;
}

// One load of all that is left. libbpf may never come to some of them: a map, an extern or the CO-RE relocation of one
// fails, or the kernel refuses a stub.
static void verify_simple(struct batch *batch, const char *path)
{
	struct bpf_object *object = open_object(path);
	struct bpf_program *program;
	int count = 0;

	if (!object)
		return;
	bpf_object__for_each_program(program, object) {
		int simple = find_hook(batch, bpf_program__section_name(program)) && !is_judged(batch, program);

		bpf_program__set_autoload(program, simple);
		count += simple;
	}
	if (count > 0)
		bpf_object__load(object);
	bpf_object__close(object);
}

void verify(const char *path, int attach, const char *types)
{
	struct batch batch = { .attach = attach };
	struct bpf_object *object;
	struct bpf_program *program;
	size_t before;

	types_path = types;
	elf_version(EV_CURRENT);
	object = open_object(path);
	if (!object) {
		report_error("open", errno, libbpf_text());
		return;
	}
	batch.log = calloc(1, LOG_SIZE);
	read_license(path, batch.license);
	register_hooks(&batch, object);
	do {
		before = batch.judged_count;
		verify_simple(&batch, path);
	} while (batch.judged_count > before);
	unregister_hooks(&batch);
	bpf_object__for_each_program(program, object) {
		if (!is_judged(&batch, program))
			verify_alone(path, bpf_program__name(program), attach);
	}
	bpf_object__close(object);
	fflush(stdout);
	close_all(&batch);
	free_batch(&batch);
}
