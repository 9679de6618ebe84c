// SPDX-License-Identifier: MIT
#include "printk.h"

#include "facts.h"
#include "io.h"
#include "json.h"
#include "work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_FORMATS = 1024, MOST_READS = 256, BACKLOG_MS = 500, SHARED_MS = 5000, ANYTHING = '\1' };

/* A session that prints. */
struct printer {
	struct printer *next;
	unsigned long session;
	/* Formats in which ANYTHING stands for each conversion. */
	char *patterns[MOST_FORMATS];
	size_t count;
};

static struct printer *printers;
static int trace_pipe = -1;
static char buffer[64 << 10];
static size_t buffered;
static long long looked;
static bool said_shared, searching;

static bool prints(const struct bpf_program *program)
{
	const struct bpf_insn *insn = bpf_program__insns(program);

	if (bpf_program__fd(program) < 0)
		return false;
	for (size_t i = 0; i < bpf_program__insn_cnt(program); i++) {
		if (insn[i].code == (BPF_JMP | BPF_CALL) && !insn[i].src_reg &&
		    (insn[i].imm == BPF_FUNC_trace_printk || insn[i].imm == BPF_FUNC_trace_vprintk))
			return true;
	}
	return false;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* The length of the conversion that begins with this %, 0 for a % that begins none (bpf_bprintf_prepare()). */
static size_t conversion(const char *at)
{
	const char *c = at + 1;

	c += strspn(c, "-+ #0");
	c += strspn(c, "0123456789");
	if (*c == '.')
		c += 1 + strspn(c + 1, "0123456789");
	c += strspn(c, "hlLjzt");
	if (*c == 'p') {
		c++;
		if ((is_one_of(*c, "iI") && is_one_of(c[1], "46")) || (is_one_of(*c, "ku") && c[1] == 's'))
			return c + 2 - at;
		return c + is_one_of(*c, "KxsSB") - at;
	}
	return is_one_of(*c, "diuxXcs") ? c + 1 - at : 0;
}

static char *pattern_of(const char *format, size_t size)
{
	char *pattern = malloc(size + 1), *end = pattern;
	const char *last = format + size;

	while (pattern && format < last) {
		size_t skip = *format == '%' ? conversion(format) : 0;

		if (skip) {
			*end++ = ANYTHING;
			format += skip;
		} else {
			format += format[0] == '%' && format[1] == '%';
			*end++ = *format++;
		}
	}
	while (pattern && end > pattern && end[-1] == '\n')
		end--;
	if (pattern)
		*end = '\0';
	return pattern;
}

static bool fits(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == ANYTHING) {
			star = pattern++;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == ANYTHING)
		pattern++;
	return !*pattern;
}

static bool is_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((unsigned char)text[i] < ' ' && !is_one_of(text[i], "\t\n\r\033"))
			return false;
	}
	return size > 0;
}

/* Every string in read-only data can be a format. */
static void collect_formats(struct printer *printer, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		const char *name = bpf_map__name(map), *data, *end;
		size_t size = 0;

		if (!bpf_map__is_internal(map) || !strstr(name, ".rodata"))
			continue;
		data = bpf_map__initial_value(map, &size);
		for (; data && size && printer->count < MOST_FORMATS; size -= end - data, data = end) {
			size_t length = strnlen(data, size);

			end = data + length + (length < size);
			if (length < size && is_text(data, length))
				printer->patterns[printer->count++] = pattern_of(data, length);
		}
	}
}

/* The first other process that has trace_pipe open, 0 for none. Takes a while where there are many processes. */
static long find_other_reader(void)
{
	DIR *processes = opendir("/proc");
	struct dirent *process, *file;
	long found = 0;

	while (processes && !found && (process = readdir(processes))) {
		long pid = strtol(process->d_name, NULL, 10);
		char path[64], target[256];
		DIR *files;

		if (pid <= 0 || pid == getpid())
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
		files = opendir(path);
		while (files && !found && (file = readdir(files))) {
			ssize_t size = readlinkat(dirfd(files), file->d_name, target, sizeof(target));

			if (size > 11 && memcmp(target + size - 11, "/trace_pipe", 11) == 0)
				found = pid;
		}
		if (files)
			closedir(files);
	}
	if (processes)
		closedir(processes);
	return found;
}

struct search {
	struct work work;
	long found;
};

static void search(struct work *work)
{
	((struct search *)work)->found = find_other_reader();
}

static void searched(struct work *work)
{
	long pid = ((struct search *)work)->found;
	char message[128];

	free(work);
	searching = false;
	looked = now_ms();
	if (!pid || said_shared || trace_pipe < 0)
		return;
	snprintf(message, sizeof(message), "Process %ld reads trace_pipe too: each line goes to one of the two only.", pid);
	say_notice("trace-pipe-shared", message);
	said_shared = true;
}

static void look_for_others(void)
{
	struct search *new = searching ? NULL : calloc(1, sizeof(*new));

	if (!new)
		return;
	searching = true;
	new->work = (struct work){ .run = search, .done = searched };
	work_start(&new->work);
}

static void check_tracing_is_on(void)
{
	char text[8];

	if (read_text(tracefs_file("tracing_on"), text, sizeof(text)) && text[0] == '0')
		say_notice("tracing-off", "tracing_on of this host is 0: bpf_printk writes nothing.");
}

static void open_trace_pipe(void)
{
	long long end = now_ms() + BACKLOG_MS;

	trace_pipe = open(tracefs_file("trace_pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (trace_pipe < 0) {
		say_notice(errno == EBUSY ? "trace-pipe-shared" : "trace-pipe-unreadable",
			   errno == EBUSY ? "Another process reads trace_pipe, and this kernel allows one only."
					  : "trace_pipe cannot be read: bpf_printk stays unseen.");
		return;
	}
	/* What was printed before is nobody's of ours. */
	while (now_ms() < end && read(trace_pipe, buffer, sizeof(buffer)) > 0)
		;
	buffered = 0;
	said_shared = false;
	check_tracing_is_on();
	look_for_others();
}

void printk_open(unsigned long session, struct bpf_object *object)
{
	struct bpf_program *program;
	struct printer *printer;
	bool any = false;

	bpf_object__for_each_program(program, object)
		any |= prints(program);
	if (!any)
		return;
	if (!printers)
		open_trace_pipe();
	printer = trace_pipe < 0 ? NULL : calloc(1, sizeof(*printer));
	if (!printer)
		return;
	printer->session = session;
	collect_formats(printer, object);
	printer->next = printers;
	printers = printer;
}

void printk_close(unsigned long session)
{
	struct printer **at = &printers;

	while (*at && (*at)->session != session)
		at = &(*at)->next;
	if (*at) {
		struct printer *printer = *at;

		*at = printer->next;
		while (printer->count)
			free(printer->patterns[--printer->count]);
		free(printer);
	}
	if (!printers && trace_pipe >= 0) {
		close(trace_pipe);
		trace_pipe = -1;
	}
}

bool printk_active(void)
{
	return printers;
}

/* Without formats at hand (they can be on a program's stack), any line may be its own. */
static bool is_ours(const struct printer *printer, const char *text)
{
	for (size_t i = 0; i < printer->count; i++) {
		if (printer->patterns[i] && fits(printer->patterns[i], text))
			return true;
	}
	return !printer->count;
}

/* `            comm-PID     [CPU] flags time: bpf_trace_printk: text`, with `(TGID)` before the CPU if so configured. */
static void say_line(char *line)
{
	static const char marker[] = ": bpf_trace_printk: ";
	char *text = strstr(line, marker), *time, *cpu, *pid, *group;

	if (!text)
		return;
	*text = '\0';
	text += sizeof(marker) - 1;
	time = strrchr(line, ' ');
	cpu = strrchr(line, '[');
	if (!time || !cpu)
		return;
	*cpu++ = '\0';
	group = strrchr(line, '(');
	if (group && strstr(group, ") ") == line + strlen(line) - 2)
		*group = '\0';
	pid = strrchr(line, '-');
	if (!pid)
		return;
	*pid++ = '\0';
	for (struct printer *printer = printers; printer; printer = printer->next) {
		char seconds[32];

		if (!is_ours(printer, text))
			continue;
		snprintf(seconds, sizeof(seconds), "%.6f", strtod(time, NULL));
		json_begin("printk");
		json_number("session", printer->session);
		json_text("text", text);
		json_text("comm", line + strspn(line, " "));
		json_number("pid", strtoul(pid, NULL, 10));
		json_number("cpu", strtoul(cpu, NULL, 10));
		json_raw("time", seconds);
		json_end();
	}
}

static void say_lines(void)
{
	char *start = buffer, *end;

	while ((end = memchr(start, '\n', buffer + buffered - start))) {
		*end = '\0';
		say_line(start);
		start = end + 1;
	}
	buffered -= start - buffer;
	memmove(buffer, start, buffered);
	if (buffered == sizeof(buffer) - 1)
		buffered = 0; /* no line is that long */
}

void printk_read(void)
{
	ssize_t got = 1;

	/*
	 * As with records: what the reader of our stdout does not take stays in the kernel. And others may print without end.
	 */
	for (int i = 0; i < MOST_READS && trace_pipe >= 0 && !io_congested() && got > 0; i++) {
		got = read(trace_pipe, buffer + buffered, sizeof(buffer) - 1 - buffered);
		if (got > 0) {
			buffered += got;
			say_lines();
		}
	}
	if (trace_pipe >= 0 && !said_shared && now_ms() - looked > SHARED_MS)
		look_for_others();
}
