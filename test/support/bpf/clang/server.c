// Preloaded into clang, so that its 140 MB are linked once: every compilation is a fork of a clang that stands before
// its main(). A connection to the socket asks for one: the arguments, each behind a NUL, then the end. The answer is
// what clang prints, a NUL and its exit status; without these, a signal has ended it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

enum { MAX_REQUEST = 1 << 16, MAX_ARGUMENTS = 256 };

static main_function *clang_main;
static int connection;

static void fail(const char *what)
{
	perror(what);
	_exit(1);
}

static void report(int status, void *unused)
{
	(void)unused;
	fflush(NULL);
	dprintf(connection, "%c%d", 0, status);
}

static void compile(char *program, char **environment)
{
	static char request[MAX_REQUEST + 1];
	char *arguments[MAX_ARGUMENTS + 2] = { program };
	size_t size = 0;
	int count = 1;
	ssize_t got;

	while ((got = read(connection, request + size, MAX_REQUEST - size)) > 0)
		size += got;
	if (got < 0 || size == MAX_REQUEST)
		fail("the request");
	for (size_t at = 0; at < size && count <= MAX_ARGUMENTS; at += strlen(request + at) + 1)
		arguments[count++] = request + at;
	if (dup2(connection, STDOUT_FILENO) < 0 || dup2(connection, STDERR_FILENO) < 0)
		fail("dup2");
	on_exit(report, NULL);
	exit(clang_main(count, arguments, environment));
}

static int serve(int argc, char **argv, char **environment)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	strcpy(address.sun_path, argv[1]);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 64))
		fail(argv[1]);
	// It goes with the process that started it, and the kernel buries its children.
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	puts("ready");
	fflush(stdout);
	while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		pid_t child = fork();

		if (child < 0)
			fail("fork");
		if (child == 0) {
			signal(SIGCHLD, SIG_DFL);
			compile(argv[0], environment);
		}
		close(connection);
	}
	fail("accept");
	return 1;
}

/** What the C library's start-up code calls; glibc 2.34 and later pass no initialisers. */
int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*loader_fini)(void), void *stack_end)
{
	start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");

	clang_main = main;
	return start(serve, argc, argv, init, fini, loader_fini, stack_end);
}
