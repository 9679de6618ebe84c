// SPDX-License-Identifier: MIT
#include "kernel.h"

#include "features.h"
#include "json.h"
#include "work.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 48 << 10 };

struct answer {
	struct work work;
	const char *of;
	int (*write)(FILE *file); /* returns an errno */
	char *text;
	size_t size;
	int error;
};

static void write_part(void *file, const char *format, va_list arguments)
{
	vfprintf(file, format, arguments);
}

/* What `bpftool btf dump file /sys/kernel/btf/vmlinux format c` prints, as far as it has the same libbpf in it. */
static int write_vmlinux(FILE *file)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct btf_dump *dump = btf ? btf_dump__new(btf, write_part, file, NULL) : NULL;
	unsigned int count = dump ? btf__type_cnt(btf) : 0;
	int error = dump ? 0 : errno;

	fputs("#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n"
	      "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	      "#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
	      "#endif\n\n",
	      file);
	for (unsigned int id = 1; id < count; id++)
		btf_dump__dump_type(dump, id);
	fputs("#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n#pragma clang attribute pop\n#endif\n\n#endif /* __VMLINUX_H__ */\n",
	      file);
	btf_dump__free(dump);
	btf__free(btf);
	return error;
}

static int write_btf(FILE *file)
{
	FILE *btf = fopen("/sys/kernel/btf/vmlinux", "re");
	char part[32 << 10];
	size_t got;

	if (!btf)
		return errno;
	while ((got = fread(part, 1, sizeof(part), btf)))
		fwrite(part, 1, got, file);
	fclose(btf);
	return 0;
}

static void run(struct work *work)
{
	struct answer *answer = (struct answer *)work;
	FILE *file = open_memstream(&answer->text, &answer->size);

	answer->error = file ? answer->write(file) : errno;
	if (file && fclose(file) && !answer->error)
		answer->error = ENOMEM;
}

static void done(struct work *work)
{
	struct answer *answer = (struct answer *)work;
	size_t at = 0, part;
	char message[64];

	if (answer->error) {
		snprintf(message, sizeof(message), "cannot read %s of this kernel", answer->of);
		say_error(message, answer->error);
	}
	while (!answer->error) {
		part = answer->size - at < CHUNK_SIZE ? answer->size - at : CHUNK_SIZE;
		json_begin("chunk");
		json_text("of", answer->of);
		json_base64("data", answer->text + at, part);
		at += part;
		json_bool("last", at == answer->size);
		json_end();
		if (at == answer->size)
			break;
	}
	free(answer->text);
	free(answer);
}

bool say_kernel(const char *what)
{
	static const struct answer answers[] = {
		{ .of = "vmlinux", .write = write_vmlinux },
		{ .of = "btf", .write = write_btf },
		{ .of = "features", .write = write_features },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct answer *answer;

		if (strcmp(answers[i].of, what))
			continue;
		answer = malloc(sizeof(*answer));
		if (!answer) {
			say_error("not enough memory", ENOMEM);
			return true;
		}
		*answer = answers[i];
		answer->work = (struct work){ .run = run, .done = done };
		work_start(&answer->work);
		return true;
	}
	return false;
}