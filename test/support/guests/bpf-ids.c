/* Every BPF program, map and link of the kernel, whoever has it: a line each, `prog 12`. Libbpf is not needed for it. */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void list(const char *kind, int command)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	while (syscall(SYS_bpf, command, &attr, sizeof(attr)) == 0) {
		printf("%s %u\n", kind, attr.next_id);
		attr.start_id = attr.next_id;
		attr.next_id = 0;
	}
}

int main(void)
{
	list("prog", BPF_PROG_GET_NEXT_ID);
	list("map", BPF_MAP_GET_NEXT_ID);
	list("link", BPF_LINK_GET_NEXT_ID);
	return 0;
}
