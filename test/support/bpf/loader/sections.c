#include "sections.h"

#include <bpf/libbpf.h>
#include <stddef.h>
#include <string.h>

// Of libbpf 1.3. The numbers are those of enum bpf_prog_type and bpf_attach_type, which older headers end before.
static const struct {
	const char *name;
	int type;
	int attach_type;
} newer_sections[] = {
	{ "netfilter", 32, 45 },
	{ "tcx/ingress", BPF_PROG_TYPE_SCHED_CLS, 46 },
	{ "tcx/egress", BPF_PROG_TYPE_SCHED_CLS, 47 },
	{ "netkit/primary", BPF_PROG_TYPE_SCHED_CLS, 54 },
	{ "netkit/peer", BPF_PROG_TYPE_SCHED_CLS, 55 },
};

int is_newer_section(const char *section)
{
	for (size_t i = 0; i < sizeof(newer_sections) / sizeof(*newer_sections); i++) {
		if (strcmp(newer_sections[i].name, section) == 0)
			return 1;
	}
	return 0;
}

void register_newer_sections(void)
{
	for (size_t i = 0; i < sizeof(newer_sections) / sizeof(*newer_sections); i++)
		libbpf_register_prog_handler(newer_sections[i].name, newer_sections[i].type,
					     newer_sections[i].attach_type, NULL);
}
