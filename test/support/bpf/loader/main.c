// The kernel's opinion of a BPF object, as JSON lines (report.h). Used by the tests through ../loader.ts.
//
//   loader verify [--attach] OBJECT      each program alone: load, and attach if told to
//   loader verify --only PROGRAM OBJECT  one of them
//   loader verify --types BTF OBJECT     the same, relocated for the kernel that this raw BTF is of
//   loader run OBJECT [MAP…]             load and attach all; at the end of stdin print the maps, then leave
//   loader hold NAME                     an event open on every tracepoint until the end of stdin (hold.h)
//
// Nothing is pinned, so the end of the process, however it comes, detaches everything.
#include "hold.h"
#include "report.h"
#include "run.h"
#include "sections.h"
#include "verify.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

// An attached program holds a file descriptor, and there are thousands.
static void raise_file_limit(void)
{
	struct rlimit limit = { .rlim_cur = 1 << 18, .rlim_max = 1 << 18 };

	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	raise_file_limit();
	libbpf_set_print(libbpf_text_append);
	register_newer_sections();
	if (argc == 4 && strcmp(argv[1], "verify") == 0 && strcmp(argv[2], "--attach") == 0) {
		verify(argv[3], 1, NULL);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "verify") == 0) {
		verify(argv[2], 0, NULL);
		return 0;
	}
	if (argc == 5 && strcmp(argv[1], "verify") == 0 && strcmp(argv[2], "--only") == 0) {
		verify_alone(argv[4], argv[3], 0);
		return 0;
	}
	if (argc == 5 && strcmp(argv[1], "verify") == 0 && strcmp(argv[2], "--types") == 0) {
		verify(argv[4], 0, argv[3]);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[1], "run") == 0)
		return run(argv[2], argv + 3, argc - 3);
	if (argc == 3 && strcmp(argv[1], "hold") == 0)
		return hold(argv[2]);
	fputs("usage: loader verify [--attach] OBJECT | loader run OBJECT [MAP...] | loader hold NAME\n", stderr);
	return 2;
}
