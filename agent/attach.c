// SPDX-License-Identifier: MIT
#include "attach.h"

#include "cause.h"
#include "json.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>

static void say_attach(unsigned long session, const struct bpf_program *program, int error)
{
	/* Without a word from libbpf it is no failure: there is no way to attach such a section by itself. */
	bool skipped = error == EOPNOTSUPP && !*words();
	const char *cause = skipped ? NULL : cause_of_attach(program, error, words());

	json_begin("attach");
	json_number("session", session);
	json_text("name", bpf_program__name(program));
	json_text("state", skipped ? "skipped" : error ? "failed" : "attached");
	json_errno("error", skipped ? 0 : error);
	json_text("log", words());
	if (cause)
		json_text("cause", cause);
	json_end();
}

struct links attach_all(unsigned long session, struct bpf_object *object)
{
	struct links links = {};
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		links.count++;
	links.all = calloc(links.count + 1, sizeof(*links.all));
	links.count = 0;
	if (!links.all) {
		say_error("not enough memory to attach", ENOMEM);
		return links;
	}
	bpf_object__for_each_program(program, object) {
		struct bpf_link *link;

		if (bpf_program__fd(program) < 0)
			continue;
		words_clear();
		link = bpf_program__attach(program);
		say_attach(session, program, link ? 0 : errno);
		if (link)
			links.all[links.count++] = link;
	}
	return links;
}

/*
 * To detach from a tracepoint is to wait for RCU, 25 to 45 ms, and the kernel lets only one wait at a time
 * (event_mutex): more threads would not help.
 */
void detach_all(struct links *links)
{
	while (links->count)
		bpf_link__destroy(links->all[--links->count]);
	free(links->all);
	*links = (struct links){};
}
