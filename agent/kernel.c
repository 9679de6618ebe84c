// SPDX-License-Identifier: MIT
#include "kernel.h"

#include "json.h"
#include "work.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_SIZE = 48 << 10, MOST_TYPES = 128, MOST_THREADS = 3 };

struct answer {
	struct work work;
	const char *of;
	int (*write)(FILE *file); /* returns an errno */
	char *text;
	size_t size;
	int error;
};

static void write_part(void *file, const char *format, va_list arguments)
{
	vfprintf(file, format, arguments);
}

/* What `bpftool btf dump file /sys/kernel/btf/vmlinux format c` prints, as far as it has the same libbpf in it. */
static int write_vmlinux(FILE *file)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct btf_dump *dump = btf ? btf_dump__new(btf, write_part, file, NULL) : NULL;
	unsigned int count = dump ? btf__type_cnt(btf) : 0;
	int error = dump ? 0 : errno;

	fputs("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n"
	      "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	      "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
	      "#endif\n\n",
	      file);
	for (unsigned int id = 1; id < count; id++)
		btf_dump__dump_type(dump, id);
	fputs("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n#endif /* __VMLINUX_H__ */\n",
	      file);
	btf_dump__free(dump);
	btf__free(btf);
	return error;
}

static int write_btf(FILE *file)
{
	FILE *btf = fopen("/sys/kernel/btf/vmlinux", "re");
	char part[32 << 10];
	size_t got;

	if (!btf)
		return errno;
	while ((got = fread(part, 1, sizeof(part), btf)))
		fwrite(part, 1, got, file);
	fclose(btf);
	return 0;
}

static const char *const helpers[] = {
#define NAME(name) "bpf_" #name
	__BPF_FUNC_MAPPER(NAME)
#undef NAME
};

/* Whether the kernel takes two instructions, of which the first is `insn`; its log is in `log`. */
static bool loads(enum bpf_prog_type type, struct bpf_prog_load_opts options, struct bpf_insn insn, char *log,
		  size_t size)
{
	const struct bpf_insn program[] = { insn, { .code = BPF_JMP | BPF_EXIT } };
	int fd;

	log[0] = '\0';
	options.log_buf = log;
	options.log_size = size;
	options.log_level = 1;
	fd = bpf_prog_load(type, NULL, "GPL", program, 2, &options);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool has_program_type(enum bpf_prog_type type, const struct bpf_prog_load_opts *options)
{
	const struct bpf_insn zero = { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 };
	char log[4096];

	return loads(type, *options, zero, log, sizeof(log));
}

/* What is found out about types of programs, by a few threads: every question is a program to load. */
struct probe {
	pthread_mutex_t lock;
	int next; /* type that nobody has taken yet, counted down: those that need BTF take longest, and come early so */
	struct btf *btf;
	struct {
		bool has;
		char *helpers;
		size_t size;
	} types[MOST_TYPES];
};

/* Of vmlinux, which is read when it is asked for first; 0 where there is none. */
static int btf_id(struct probe *probe, const char *name, int kind)
{
	int id;

	pthread_mutex_lock(&probe->lock);
	if (!probe->btf)
		probe->btf = btf__load_vmlinux_btf();
	id = probe->btf ? btf__find_by_name_kind(probe->btf, name, kind) : 0;
	pthread_mutex_unlock(&probe->lock);
	return id > 0 ? id : 0;
}

/* What a program of a type needs so that the verifier looks at it. */
static struct bpf_prog_load_opts options_for(struct probe *probe, enum bpf_prog_type type)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options);

	switch (type) {
	case BPF_PROG_TYPE_CGROUP_DEVICE:
		options.expected_attach_type = BPF_CGROUP_DEVICE;
		break;
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
		options.expected_attach_type = BPF_CGROUP_SYSCTL;
		break;
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
		options.expected_attach_type = BPF_CGROUP_INET4_CONNECT;
		break;
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		options.expected_attach_type = BPF_CGROUP_GETSOCKOPT;
		break;
	case BPF_PROG_TYPE_SK_LOOKUP:
		options.expected_attach_type = BPF_SK_LOOKUP;
		break;
	case BPF_PROG_TYPE_SYSCALL:
		options.prog_flags = BPF_F_SLEEPABLE;
		break;
	case BPF_PROG_TYPE_LSM:
		options.expected_attach_type = BPF_LSM_MAC;
		options.attach_btf_id = btf_id(probe, "bpf_lsm_file_open", BTF_KIND_FUNC);
		break;
	case BPF_PROG_TYPE_TRACING:
		options.expected_attach_type = BPF_TRACE_FENTRY;
		options.attach_btf_id = btf_id(probe, "vfs_read", BTF_KIND_FUNC);
		if (has_program_type(type, &options))
			break;
		/* Not every architecture has fentry; tp_btf only lacks the helpers that read a function's arguments. */
		options.expected_attach_type = BPF_TRACE_RAW_TP;
		options.attach_btf_id = btf_id(probe, "btf_trace_sched_switch", BTF_KIND_TYPEDEF);
		break;
	default:
		break;
	}
	return options;
}

/*
 * A call without arguments is refused in any case; what matters is whether for the helper. (libbpf's own probe knows
 * the first two texts only, and takes all helpers for available on newer kernels.)
 */
static bool has_helper(enum bpf_prog_type type, const struct bpf_prog_load_opts *options, int helper)
{
	const struct bpf_insn call = { .code = BPF_JMP | BPF_CALL, .imm = helper };
	char log[4096];

	return loads(type, *options, call, log, sizeof(log)) ||
	       (*log && !strstr(log, "invalid func ") && !strstr(log, "unknown func ") && !strstr(log, "cannot use helper "));
}

static void write_helpers(FILE *file, enum bpf_prog_type type, const struct bpf_prog_load_opts *options)
{
	const char *comma = "";

	for (size_t helper = 1; helper < sizeof(helpers) / sizeof(*helpers); helper++) {
		if (!has_helper(type, options, helper))
			continue;
		fprintf(file, "%s\"%s\"", comma, helpers[helper]);
		comma = ",";
	}
}

static void probe_type(struct probe *probe, int type)
{
	struct bpf_prog_load_opts options = options_for(probe, type);
	FILE *file = open_memstream(&probe->types[type].helpers, &probe->types[type].size);

	probe->types[type].has = has_program_type(type, &options);
	if (!file)
		return;
	if (probe->types[type].has)
		write_helpers(file, type, &options);
	fclose(file);
}

static void *probe_types(void *argument)
{
	struct probe *probe = argument;
	int type;

	for (;;) {
		pthread_mutex_lock(&probe->lock);
		type = probe->next > 0 ? probe->next-- : 0;
		pthread_mutex_unlock(&probe->lock);
		if (!type)
			return NULL;
		probe_type(probe, type);
	}
}

static void probe_in_threads(struct probe *probe)
{
	pthread_t threads[MOST_THREADS];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int started = 0;

	/* This thread is one of them, and does all of it where there can be no others. */
	while (started < MOST_THREADS && started < processors - 1 &&
	       pthread_create(&threads[started], NULL, probe_types, probe) == 0)
		started++;
	probe_types(probe);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	btf__free(probe->btf);
}

/* The parts of `bpftool feature probe -j` that say what a program may use. */
static int write_features(FILE *file)
{
	struct probe probe = { .lock = PTHREAD_MUTEX_INITIALIZER };
	const char *name;
	int error = 0;

	while (probe.next + 1 < MOST_TYPES && libbpf_bpf_prog_type_str(probe.next + 1))
		probe.next++;
	probe_in_threads(&probe);
	fputs("{\"program_types\":{", file);
	for (int type = 1; type < MOST_TYPES && (name = libbpf_bpf_prog_type_str(type)); type++)
		fprintf(file, "%s\"have_%s_prog_type\":%s", type > 1 ? "," : "", name,
			probe.types[type].has ? "true" : "false");
	fputs("},\"map_types\":{", file);
	for (int type = 1; (name = libbpf_bpf_map_type_str(type)); type++) {
		bool has_map = libbpf_probe_bpf_map_type(type, NULL) == 1;

		fprintf(file, "%s\"have_%s_map_type\":%s", type > 1 ? "," : "", name, has_map ? "true" : "false");
	}
	fputs("},\"helpers\":{", file);
	for (int type = 1; type < MOST_TYPES && (name = libbpf_bpf_prog_type_str(type)); type++) {
		fprintf(file, "%s\"%s_available_helpers\":[%s]", type > 1 ? "," : "", name,
			probe.types[type].helpers ? probe.types[type].helpers : "");
		if (!probe.types[type].helpers)
			error = ENOMEM;
		free(probe.types[type].helpers);
	}
	fputs("}}\n", file);
	return error;
}

static void run(struct work *work)
{
	struct answer *answer = (struct answer *)work;
	FILE *file = open_memstream(&answer->text, &answer->size);

	answer->error = file ? answer->write(file) : errno;
	if (file && fclose(file) && !answer->error)
		answer->error = ENOMEM;
}

static void done(struct work *work)
{
	struct answer *answer = (struct answer *)work;
	size_t at = 0, part;
	char message[64];

	if (answer->error) {
		snprintf(message, sizeof(message), "cannot read %s of this kernel", answer->of);
		say_error(message, answer->error);
	}
	while (!answer->error) {
		part = answer->size - at < CHUNK_SIZE ? answer->size - at : CHUNK_SIZE;
		json_begin("chunk");
		json_text("of", answer->of);
		json_base64("data", answer->text + at, part);
		at += part;
		json_bool("last", at == answer->size);
		json_end();
		if (at == answer->size)
			break;
	}
	free(answer->text);
	free(answer);
}

bool say_kernel(const char *what)
{
	static const struct answer answers[] = {
		{ .of = "vmlinux", .write = write_vmlinux },
		{ .of = "btf", .write = write_btf },
		{ .of = "features", .write = write_features },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct answer *answer;

		if (strcmp(answers[i].of, what))
			continue;
		answer = malloc(sizeof(*answer));
		if (!answer) {
			say_error("not enough memory", ENOMEM);
			return true;
		}
		*answer = answers[i];
		answer->work = (struct work){ .run = run, .done = done };
		work_start(&answer->work);
		return true;
	}
	return false;
}