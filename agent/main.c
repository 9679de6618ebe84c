// SPDX-License-Identifier: MIT
/*
 * eBPF Workbench's agent: loads BPF objects on the host it runs on, and says what becomes of them. It is told what to
 * do on stdin and answers on stdout (docs/agent-protocol.md). Nothing is pinned and nothing is written to disk: when
 * it ends, however it ends, nothing of it is left.
 *
 *     agent [--unlink] [--heartbeat MILLISECONDS|0]
 *     agent [--unlink] --features
 */
#define _GNU_SOURCE
#include "facts.h"
#include "features.h"
#include "io.h"
#include "json.h"
#include "kernel.h"
#include "load.h"
#include "readers.h"
#include "session.h"
#include "version.h"
#include "words.h"
#include "work.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PROTOCOL = 1, HEARTBEAT_MS = 4000, DETACH_MS = 4000, FEATURES_S = 60, LARGEST_OBJECT = 64 << 20 };

/* The object that is on its way; its bytes are dropped where there is no room for them. */
static struct request *upload;

/* Removes the agent's own file, and the folder if it is one that was made for it. */
static void unlink_self(void)
{
	char path[PATH_MAX], *folder, *name;
	ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (size < 0)
		return;
	path[size] = '\0';
	unlink(path);
	folder = dirname(path);
	name = strrchr(folder, '/');
	if (name && strncmp(name, "/.ebpf-workbench-", strlen("/.ebpf-workbench-")) == 0)
		rmdir(folder);
}

/* An attached program, a map, a perf event each hold a file. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void say_hello(void)
{
	json_begin("hello");
	json_number("protocol", PROTOCOL);
	json_text("agent", AGENT_VERSION);
	json_text("libbpf", libbpf_version_string());
	json_number("pid", getpid());
	json_end();
}

static bool parse_number(const char *text, unsigned long most, unsigned long *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > most)
		return false;
	*number = value;
	return true;
}

/* One word of `load` behind the size. */
static bool parse_option(struct request *request, char *word)
{
	unsigned long number;

	if (strcmp(word, "verify") == 0)
		return request->verify = true;
	if (strcmp(word, "stats") == 0)
		return request->stats = true;
	if (strncmp(word, "only=", 5) == 0 && request->only_count < MOST_ONLY) {
		request->only[request->only_count++] = word + 5;
		return true;
	}
	if (strncmp(word, "level=", 6) == 0 && parse_number(word + 6, 7, &number)) {
		request->level = number;
		return true;
	}
	if (strncmp(word, "dump=", 5) == 0 && parse_number(word + 5, 3600000, &number)) {
		request->dump_ms = number;
		return true;
	}
	return false;
}

static void free_request(struct request *request)
{
	free(request->bytes);
	free(request->line);
	free(request);
}

/* `load SESSION SIZE [OPTION]…`. As long as the size can be read, the bytes that follow are no commands. */
static void start_upload(const char *line)
{
	struct request *request = calloc(1, sizeof(*request));
	const char *problem = NULL;
	unsigned long size = 0;
	char *rest, *word;

	if (!request || !(request->line = strdup(line))) {
		/* Without memory for a line there is no going on. */
		io_close();
		free(request);
		return;
	}
	strtok_r(request->line, " ", &rest);
	word = strtok_r(NULL, " ", &rest);
	if (!word || !parse_number(word, LONG_MAX, &request->session))
		problem = "load: no session number or no size";
	word = strtok_r(NULL, " ", &rest);
	if (!word || !parse_number(word, LONG_MAX, &size))
		problem = "load: no session number or no size";
	while ((word = strtok_r(NULL, " ", &rest))) {
		if (!parse_option(request, word))
			problem = "load: unknown option";
	}
	if (!problem && session_exists(request->session))
		problem = "load: there is such a session already";
	if (!problem && size > LARGEST_OBJECT)
		problem = "load: the object has more than 64 MB";
	request->size = size;
	if (!problem && !(request->bytes = malloc(size ? size : 1)))
		problem = "load: not enough memory for the object";
	if (problem)
		say_error(problem, 0);
	upload = request;
}

static bool continue_upload(void)
{
	char *into = upload->bytes ? upload->bytes + upload->received : NULL;
	struct request *request = upload;

	request->received += io_take(into, request->size - request->received);
	if (request->received < request->size)
		return false;
	upload = NULL;
	if (request->bytes) {
		/* The kernel may verify for longer than the silence after which we are to end. */
		io_guard(true);
		session_start(request);
		io_guard(false);
	}
	free_request(request);
	return true;
}

static void obey(char *line)
{
	unsigned long session;
	char message[128];

	if (strcmp(line, "ping") == 0)
		return;
	if (strncmp(line, "load ", 5) == 0) {
		start_upload(line);
	} else if (strncmp(line, "stop ", 5) == 0 && parse_number(line + 5, LONG_MAX, &session)) {
		snprintf(message, sizeof(message), "stop: there is no session %lu", session);
		if (!session_stop(session))
			say_error(message, 0);
	} else if (strcmp(line, "facts") == 0) {
		say_facts();
	} else if (strcmp(line, "quit") == 0) {
		io_close();
	} else if (!say_kernel(line)) {
		snprintf(message, sizeof(message), "unknown command: %.80s", line);
		say_error(message, 0);
	}
}

static void read_commands(void)
{
	char *line;

	while (io_state() == IO_OPEN) {
		if (upload) {
			if (!continue_upload())
				return;
		} else {
			line = io_line();
			if (!line)
				return;
			obey(line);
		}
	}
}

/* Until everything is told that is to be told, or nobody listens. */
static void serve(void)
{
	struct pollfd files[2] = { { .fd = work_fd(), .events = POLLIN } };
	bool stopping = false;
	int timeout = -1;

	while (io_state() != IO_OVER && !(stopping && !session_any() && io_written())) {
		files[1] = (struct pollfd){ .fd = sessions_busy() ? -1 : readers_fd(), .events = POLLIN };
		io_wait(timeout, files, 2);
		read_commands();
		work_collect();
		if (io_state() == IO_CLOSING && !stopping) {
			stopping = true;
			session_stop_all();
		}
		timeout = sessions_run(files[1].revents);
	}
}

static int usage(void)
{
	fputs("usage: agent [--unlink] [--heartbeat MILLISECONDS|0 | --features]\n", stderr);
	return 2;
}

/* Nothing is listened to meanwhile: it ends in any case. Whoever reads may let us wait. */
static int print_features(void)
{
	size_t size = 0;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);
	int error;

	if (!file)
		return 1;
	alarm(FEATURES_S);
	error = write_features(file);
	alarm(0);
	if (fclose(file) || error)
		return 1;
	return fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	unsigned long heartbeat_ms = HEARTBEAT_MS;
	bool unlinks = false, only_features = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--unlink") == 0)
			unlinks = true;
		else if (strcmp(argv[i], "--features") == 0)
			only_features = true;
		else if (strcmp(argv[i], "--heartbeat") != 0 || !argv[++i] || !parse_number(argv[i], INT_MAX, &heartbeat_ms))
			return usage();
	}
	if (unlinks)
		unlink_self();
	if (only_features)
		return print_features();
	io_init(heartbeat_ms);
	raise_file_limit();
	tracefs_init();
	words_init();
	work_init();
	readers_init();
	say_hello();
	serve();
	io_restore();
	/* The kernel would detach one program after another. What is not done in time is left to it. */
	session_detach_all(DETACH_MS);
	return 0;
}
