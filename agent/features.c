// SPDX-License-Identifier: MIT
#include "features.h"

#include "helper-calls.h"
#include "kernel-types.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TYPES = 128, MOST_THREADS = 3 };

static const char *const helpers[] = {
#define NAME(name) "bpf_" #name
	__BPF_FUNC_MAPPER(NAME)
#undef NAME
};

enum { HELPERS = sizeof(helpers) / sizeof(*helpers) };

/* What is found out about types, by a few threads: every question is a program to load, or a map to make. */
struct probe {
	pthread_mutex_t lock;
	int next; /* type of program that nobody has taken yet, counted down: those that need BTF take longest, and come early so */
	bool maps_taken;
	bool types_read;
	struct kernel_types types;
	struct helper_calls calls;
	struct {
		bool has;
		bool helpers[HELPERS];
	} programs[MOST_TYPES];
	bool maps[MOST_TYPES];
};

/* Of vmlinux, which is read when it is asked for first; 0 where there is none. */
static int btf_id(struct probe *probe, const char *name, int kind)
{
	pthread_mutex_lock(&probe->lock);
	if (!probe->types_read)
		kernel_types_open(&probe->types);
	probe->types_read = true;
	pthread_mutex_unlock(&probe->lock);
	return kernel_type_id(&probe->types, name, kind);
}

static bool has_program_type(enum bpf_prog_type type, const struct bpf_prog_load_opts *options)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(type, NULL, "GPL", program, 2, options);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
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

/* Types that share their table of helpers in every kernel (include/linux/bpf_types.h): one of each two is asked. */
static int same_helpers_as(int type)
{
	switch (type) {
	case BPF_PROG_TYPE_SCHED_ACT:
		return BPF_PROG_TYPE_SCHED_CLS;
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return BPF_PROG_TYPE_RAW_TRACEPOINT;
	default:
		return type;
	}
}

static void probe_program_type(struct probe *probe, int type)
{
	struct bpf_prog_load_opts options = options_for(probe, type);

	probe->programs[type].has = has_program_type(type, &options);
	if (probe->programs[type].has && same_helpers_as(type) == type)
		helper_calls_try(&probe->calls, type, &options, probe->programs[type].helpers, HELPERS);
}

static void probe_map_types(struct probe *probe)
{
	for (int type = 1; type < MOST_TYPES && libbpf_bpf_map_type_str(type); type++)
		probe->maps[type] = libbpf_probe_bpf_map_type(type, NULL) == 1;
}

static void *probe_types(void *argument)
{
	struct probe *probe = argument;
	bool maps;
	int type;

	do {
		pthread_mutex_lock(&probe->lock);
		type = probe->next > 0 ? probe->next-- : 0;
		maps = !type && !probe->maps_taken;
		if (maps)
			probe->maps_taken = true;
		pthread_mutex_unlock(&probe->lock);
		if (type)
			probe_program_type(probe, type);
		else if (maps)
			probe_map_types(probe);
	} while (type);
	return NULL;
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
}

static void write_helpers(FILE *file, const bool *has)
{
	const char *comma = "";

	for (size_t helper = 1; helper < HELPERS; helper++) {
		if (!has[helper])
			continue;
		fprintf(file, "%s\"%s\"", comma, helpers[helper]);
		comma = ",";
	}
}

int write_features(FILE *file)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	const char *name;

	if (!probe)
		return ENOMEM;
	pthread_mutex_init(&probe->lock, NULL);
	while (probe->next + 1 < MOST_TYPES && libbpf_bpf_prog_type_str(probe->next + 1))
		probe->next++;
	helper_calls_open(&probe->calls);
	probe_in_threads(probe);
	helper_calls_close(&probe->calls);
	fputs("{\"program_types\":{", file);
	for (int type = 1; type < MOST_TYPES && (name = libbpf_bpf_prog_type_str(type)); type++)
		fprintf(file, "%s\"have_%s_prog_type\":%s", type > 1 ? "," : "", name,
			probe->programs[type].has ? "true" : "false");
	fputs("},\"map_types\":{", file);
	for (int type = 1; type < MOST_TYPES && (name = libbpf_bpf_map_type_str(type)); type++)
		fprintf(file, "%s\"have_%s_map_type\":%s", type > 1 ? "," : "", name, probe->maps[type] ? "true" : "false");
	fputs("},\"helpers\":{", file);
	for (int type = 1; type < MOST_TYPES && (name = libbpf_bpf_prog_type_str(type)); type++) {
		fprintf(file, "%s\"%s_available_helpers\":[", type > 1 ? "," : "", name);
		if (probe->programs[type].has)
			write_helpers(file, probe->programs[same_helpers_as(type)].helpers);
		fputc(']', file);
	}
	fputs("}}\n", file);
	if (probe->types_read)
		kernel_types_close(&probe->types);
	free(probe);
	return 0;
}
