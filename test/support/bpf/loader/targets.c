#include "targets.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

int parse_tracepoint(const char *section, char *category, char *name)
{
	int end = 0;

	if (strncmp(section, "tp/", 3) == 0)
		section += 3;
	else if (strncmp(section, "tracepoint/", 11) == 0)
		section += 11;
	else
		return 0;
	return sscanf(section, "%127[A-Za-z0-9_-]/%127[A-Za-z0-9_-]%n", category, name, &end) == 2 &&
	       section[end] == '\0';
}

int parse_hook(const char *section, const char *prefix, char *name)
{
	size_t length = strlen(prefix);
	int end = 0;

	if (strncmp(section, prefix, length) != 0 || section[length] != '/')
		return 0;
	section += length + 1;
	return sscanf(section, "%127[A-Za-z0-9_.]%n", name, &end) == 1 && section[end] == '\0';
}

// How the kernel's types call what programs of this kind are for: a kind of BTF and the beginning of the name.
static int type_names(enum bpf_attach_type attach, const char **prefix)
{
	switch (attach) {
	case BPF_TRACE_RAW_TP:
		*prefix = "btf_trace_";
		return BTF_KIND_TYPEDEF;
	case BPF_TRACE_FENTRY:
	case BPF_TRACE_FEXIT:
	case BPF_MODIFY_RETURN:
		*prefix = "";
		return BTF_KIND_FUNC;
	case BPF_LSM_MAC:
	case BPF_LSM_CGROUP:
		*prefix = "bpf_lsm_";
		return BTF_KIND_FUNC;
	case BPF_TRACE_ITER:
		*prefix = "bpf_iter_";
		return BTF_KIND_FUNC;
	default:
		return 0;
	}
}

static int find_type(const char *section, const char *family, struct btf **kernel, struct target *target)
{
	char name[NAME_SIZE], full_name[NAME_SIZE + 16];
	const char *prefix;
	int kind = type_names(target->attach, &prefix);
	int id;

	if (kind == 0 || !parse_hook(section, family, name))
		return 0;
	if (!*kernel)
		*kernel = btf__load_vmlinux_btf();
	if (!*kernel)
		return 0;
	snprintf(full_name, sizeof(full_name), "%s%s", prefix, name);
	id = btf__find_by_name_kind(*kernel, full_name, (__u32)kind);
	target->btf_id = id > 0 ? (__u32)id : 0;
	return id > 0;
}

static int ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);

	return length >= size && strcmp(text + length - size, end) == 0;
}

int find_target(const struct bpf_program *program, struct btf **kernel, struct target *target)
{
	const char *section = bpf_program__section_name(program);
	char family[NAME_SIZE];

	*target = (struct target){
		.type = bpf_program__type(program),
		.attach = bpf_program__expected_attach_type(program),
	};
	snprintf(family, sizeof(family), "%.*s", (int)strcspn(section, "/"), section);
	if (ends_with(family, ".s") || target->type == BPF_PROG_TYPE_SYSCALL)
		target->flags |= BPF_F_SLEEPABLE;
	if (strcmp(family, "xdp.frags") == 0)
		target->flags |= BPF_F_XDP_HAS_FRAGS;
	switch (target->type) {
	case BPF_PROG_TYPE_UNSPEC:
	case BPF_PROG_TYPE_STRUCT_OPS:
	case BPF_PROG_TYPE_EXT:
		return 0;
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
		return find_type(section, family, kernel, target);
	default:
		return 1;
	}
}
