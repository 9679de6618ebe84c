// SPDX-License-Identifier: MIT
/*
 * bpf_object__load() gives up at the first program that is refused. So all are loaded at once, which is fast and what
 * happens nearly always; where that fails, each is loaded alone for its verdict, and then all that passed together.
 */
#define _GNU_SOURCE
#include "load.h"

#include "cause.h"
#include "io.h"
#include "json.h"
#include "words.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	LOG_ERRORS = 1, /* the way that leads to the error */
	LOG_STATS = 4,  /* instructions processed, states */
};

/* A log of statistics alone; whole logs, which grow until the kernel has room; where they stop growing. */
#define SHORT_LOG ((size_t)4 << 10)
#define FIRST_LOG ((size_t)16 << 20)
#define LAST_LOG ((size_t)256 << 20)
/* Of a log, in one line of ours. */
#define LOG_PART ((size_t)1 << 20)

/* Pages are there when they are written: a large buffer costs what is in it. */
struct log {
	char *text;
	size_t size;
};

static const struct log no_log;

static struct log new_log(size_t size)
{
	char *text = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return text == MAP_FAILED ? (struct log){} : (struct log){ text, size };
}

static void free_log(struct log *log)
{
	if (log->text)
		munmap(log->text, log->size);
	*log = (struct log){};
}

const char *map_name(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const char *dot = strchr(name, '.');

	return bpf_map__is_internal(map) && dot ? dot : name;
}

static struct bpf_object *open_object(const struct request *request)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "ebpf_workbench");

	words_clear();
	return bpf_object__open_mem(request->bytes, request->size, &options);
}

/* The programs to load, as a flag for each in the order of the object. */
static bool *choose(const struct request *request, struct bpf_object *object, size_t *count)
{
	struct bpf_program *program;
	bool *chosen;
	size_t i = 0;

	*count = 0;
	bpf_object__for_each_program(program, object)
		++*count;
	chosen = calloc(*count + 1, sizeof(*chosen));
	if (!chosen)
		return NULL;
	bpf_object__for_each_program(program, object) {
		chosen[i] = !request->only_count && bpf_program__autoload(program);
		for (size_t n = 0; n < request->only_count; n++)
			chosen[i] |= strcmp(request->only[n], bpf_program__name(program)) == 0;
		i++;
	}
	return chosen;
}

static struct bpf_program *nth_program(struct bpf_object *object, size_t n)
{
	struct bpf_program *program = bpf_object__next_program(object, NULL);

	while (n--)
		program = bpf_object__next_program(object, program);
	return program;
}

static void say_failed(const struct request *request, const char *message, int error)
{
	const char *cause = cause_of_load(error, message);

	json_begin("state");
	json_number("session", request->session);
	json_text("state", "failed");
	json_text("message", message);
	json_errno("error", error);
	if (cause)
		json_text("cause", cause);
	json_end();
}

static void say_loaded(const struct request *request)
{
	json_begin("state");
	json_number("session", request->session);
	json_text("state", "loaded");
	json_end();
}

static void say_maps(const struct request *request, struct bpf_object *object)
{
	struct bpf_map *map;
	size_t index = 0;

	json_begin("maps");
	json_number("session", request->session);
	json_open("maps", '[');
	bpf_object__for_each_map(map, object) {
		const char *kind = libbpf_bpf_map_type_str(bpf_map__type(map));
		char number[16];

		snprintf(number, sizeof(number), "%d", bpf_map__type(map));
		json_open(NULL, '{');
		json_number("index", index++);
		json_text("name", map_name(map));
		json_text("kind", kind ? kind : number);
		json_number("keySize", bpf_map__key_size(map));
		json_number("valueSize", bpf_map__value_size(map));
		json_number("maxEntries", bpf_map__max_entries(map));
		json_bool("internal", bpf_map__is_internal(map));
		json_close('}');
	}
	json_close(']');
	json_end();
}

static void say_log(const struct request *request, const struct bpf_program *program, const char *text)
{
	json_begin("log");
	json_number("session", request->session);
	json_text("name", bpf_program__name(program));
	json_text("text", text);
	json_end();
}

/* Says what is too much for one line, at ends of lines of the log. Returns what is left. */
static char *say_long_log(const struct request *request, const struct bpf_program *program, char *log)
{
	while (strnlen(log, LOG_PART + 1) > LOG_PART) {
		char *line = memrchr(log, '\n', LOG_PART);
		char *end = line ? line + 1 : log + LOG_PART, next = *end;

		*end = '\0';
		say_log(request, program, log);
		*end = next;
		log = end;
	}
	return log;
}

static void say_program(const struct request *request, const struct bpf_program *program, int error, char *log)
{
	const char *cause = cause_of_load(error, words());
	const char *said = error ? words() : "";
	char *text;

	if (strnlen(log, LOG_PART + 1) > LOG_PART) {
		say_log(request, program, said);
		said = "";
		log = say_long_log(request, program, log);
	}
	text = malloc(strlen(said) + strlen(log) + 1);
	if (text)
		strcat(strcpy(text, said), log);
	json_begin("program");
	json_number("session", request->session);
	json_text("name", bpf_program__name(program));
	json_text("section", bpf_program__section_name(program));
	json_errno("error", error);
	json_text("log", text ? text : log);
	json_number("instructions", bpf_program__insn_cnt(program));
	if (cause)
		json_text("cause", cause);
	json_end();
	free(text);
}

/*
 * Loads the programs that `chosen` says. With a log, it is for them all together: each has its own part of it.
 * Returns NULL and sets *error where one of them, a map or a relocation fails.
 */
static struct bpf_object *load_chosen(const struct request *request, const bool *chosen, size_t count,
				      const struct log *log, int level, int *error)
{
	struct bpf_object *object = open_object(request);
	struct bpf_program *program;
	size_t part = count ? log->size / count : 0;
	char *text = log->text;

	*error = errno;
	if (!object)
		return NULL;
	bpf_object__for_each_program(program, object) {
		bpf_program__set_autoload(program, *chosen++);
		if (!part)
			continue;
		bpf_program__set_log_buf(program, text, part);
		bpf_program__set_log_level(program, level);
		text += part;
	}
	*error = -bpf_object__load(object);
	if (*error) {
		bpf_object__close(object);
		return NULL;
	}
	return object;
}

/* All at once. NULL where that fails: then nothing was said. */
static struct bpf_object *load_together(const struct request *request, const bool *chosen, size_t count)
{
	struct log log = new_log(SHORT_LOG * (count ? count : 1));
	struct bpf_program *program;
	struct bpf_object *object;
	int error;
	size_t i = 0;

	object = log.text ? load_chosen(request, chosen, count, &log, LOG_STATS, &error) : NULL;
	if (object) {
		say_maps(request, object);
		bpf_object__for_each_program(program, object) {
			if (chosen[i])
				say_program(request, program, 0, log.text + SHORT_LOG * i);
			i++;
		}
	}
	free_log(&log);
	return object;
}

/* The verdict on one program. Keeps nothing loaded. */
static bool judge(const struct request *request, size_t index)
{
	unsigned int level = request->level | LOG_ERRORS | LOG_STATS;
	struct log log = new_log(FIRST_LOG);
	struct bpf_object *object = open_object(request);
	int error = 0;

	while (object && log.text) {
		struct bpf_program *program, *other;

		program = nth_program(object, index);
		bpf_object__for_each_program(other, object)
			bpf_program__set_autoload(other, other == program);
		log.text[0] = '\0';
		bpf_program__set_log_buf(program, log.text, log.size);
		bpf_program__set_log_level(program, level);
		words_clear();
		error = -bpf_object__load(object);
		if (error != ENOSPC || strlen(log.text) < log.size / 2) {
			say_program(request, program, error, log.text);
			break;
		}
		/* The log was too long, and with it the verdict is lost. */
		bpf_object__close(object);
		object = open_object(request);
		if (log.size < LAST_LOG) {
			size_t size = log.size * 4;

			free_log(&log);
			log = new_log(size);
		} else {
			level = LOG_STATS;
			say_notice("log-too-long", "The verifier's log has more than 256 MB: it is not kept.");
		}
	}
	if (!object || !log.text) {
		say_error("not enough memory to judge a program", ENOMEM);
		error = ENOMEM;
	}
	bpf_object__close(object);
	free_log(&log);
	return !error;
}

/* Each alone; those that the kernel refuses lose their flag. Returns how many are left, or -1 where no map loads. */
static int judge_each(const struct request *request, bool *chosen, size_t count)
{
	bool *none = calloc(count + 1, sizeof(*none));
	struct bpf_object *object = NULL;
	int error = ENOMEM, passed = 0;

	if (none)
		object = load_chosen(request, none, count, &no_log, 0, &error);
	free(none);
	if (!object) {
		say_failed(request, words(), error);
		return -1;
	}
	say_maps(request, object);
	bpf_object__close(object);
	for (size_t i = 0; i < count && io_state() == IO_OPEN; i++) {
		if (!chosen[i])
			continue;
		chosen[i] = judge(request, i);
		passed += chosen[i];
		/* Many programs take long; is anybody still there? */
		io_wait(0, NULL, 0);
	}
	return passed;
}

static const char *unknown_program(const struct request *request, struct bpf_object *object)
{
	for (size_t n = 0; n < request->only_count; n++) {
		if (!bpf_object__find_program_by_name(object, request->only[n]))
			return request->only[n];
	}
	return NULL;
}

/* The flags of `choose`; NULL where the object cannot be opened or has no such program, which is said. */
static bool *open_and_choose(const struct request *request, size_t *count)
{
	struct bpf_object *object = open_object(request);
	bool *chosen = NULL;
	const char *unknown;
	char message[256];

	if (!object) {
		int error = errno;

		say_failed(request, *words() ? words() : "libbpf does not take this for a BPF object", error);
		return NULL;
	}
	unknown = unknown_program(request, object);
	if (unknown) {
		snprintf(message, sizeof(message), "the object has no program %s", unknown);
		say_failed(request, message, ENOENT);
	} else {
		chosen = choose(request, object, count);
	}
	bpf_object__close(object);
	return chosen;
}

struct bpf_object *load_object(const struct request *request)
{
	struct bpf_object *object = NULL;
	size_t count;
	bool *chosen = open_and_choose(request, &count);
	int passed = -1, error;

	if (!chosen)
		return NULL;
	/* Whole logs need a buffer that grows, and so does each program its own turn. */
	if (!(request->level & ~LOG_STATS) || !memchr(chosen, true, count))
		object = load_together(request, chosen, count);
	if (!object) {
		passed = judge_each(request, chosen, count);
		if (passed > 0 && !request->verify)
			object = load_chosen(request, chosen, count, &no_log, 0, &error);
		if (passed == 0)
			say_failed(request, "the kernel refuses every program", 0);
		else if (passed > 0 && !request->verify && !object)
			say_failed(request, words(), error);
	}
	free(chosen);
	if (object || passed > 0)
		say_loaded(request);
	if (object && request->verify) {
		bpf_object__close(object);
		object = NULL;
	}
	return object;
}
