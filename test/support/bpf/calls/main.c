// System calls whose outcome and duration are known, as JSON lines: {"call","pid","ret","ns"[,"path"]}. Begins when
// stdin ends. `ns` is what passed between two readings of the clock around the call.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void report(const char *call, pid_t pid, long ret, long long ns, const char *path)
{
	printf("{\"call\":\"%s\",\"pid\":%d,\"ret\":%ld,\"ns\":%lld,\"path\":\"%s\"}\n", call, pid, ret, ns, path);
	fflush(stdout);
}

static void sleep_for(long milliseconds)
{
	struct timespec time = { .tv_nsec = milliseconds * 1000000 };
	long long start = now();
	long ret = syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);

	report("clock_nanosleep", getpid(), ret, now() - start, "");
}

static void open_path(const char *path, const char *text)
{
	long long start = now();
	long ret = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	long error = errno;

	report("openat", getpid(), ret < 0 ? -error : ret, now() - start, text);
	if (ret >= 0)
		close((int)ret);
}

// A path in a page of a file that nothing has touched: it is not in the process's memory when the call begins.
static void open_untouched(const char *folder)
{
	static const char text[] = "/dev/null";
	char name[512];
	const char *path;
	int file;

	snprintf(name, sizeof(name), "%s/path", folder);
	file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0 || write(file, text, sizeof(text)) != (ssize_t)sizeof(text))
		exit(1);
	path = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
	if (path == MAP_FAILED)
		exit(1);
	open_path(path, text);
	close(file);
}

static void *run(void *path)
{
	char *arguments[] = { path, NULL };

	execve(path, arguments, environ);
	return NULL;
}

// By a thread that is not the first of its process.
static void run_in_thread(char *path, long ret)
{
	pid_t child = fork();
	pthread_t thread;

	if (child == 0) {
		if (pthread_create(&thread, NULL, run, path) == 0)
			pthread_join(thread, NULL);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	report("execve", child, ret, 0, path);
}

int main(int argc, char **argv)
{
	static char there[] = "/bin/true", missing[] = "/nowhere/true";
	static const long milliseconds[] = { 5, 40, 160 };
	char byte;

	if (argc != 2)
		return 2;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (size_t i = 0; i < sizeof(milliseconds) / sizeof(*milliseconds); i++)
		sleep_for(milliseconds[i]);
	open_path("/nowhere/file", "/nowhere/file");
	open_untouched(argv[1]);
	run_in_thread(there, 0);
	run_in_thread(missing, -ENOENT);
	return 0;
}
