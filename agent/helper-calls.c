// SPDX-License-Identifier: MIT
#include "helper-calls.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_SIZE = 64 << 10, STACK = 64, CALL_SIZE = 9, HEAD_SIZE = 10, TAIL_SIZE = 2 };

/*
 * Helpers that most types may call, with arguments that the verifier takes: one program calls many of them, and is
 * looked at until the first that it refuses. Where the arguments do not do on some kernel, that costs a program more.
 *
 * A letter for each argument: `c` the context, `s` 64 bytes of stack, `m` an array; or a digit, which is itself.
 */
struct easy_call {
	int helper;
	const char *arguments;
};

static const struct easy_call easy_calls[] = {
	{ BPF_FUNC_map_lookup_elem, "ms" },
	{ BPF_FUNC_map_update_elem, "mss0" },
	{ BPF_FUNC_map_delete_elem, "ms" },
	{ BPF_FUNC_ktime_get_ns, "" },
	{ BPF_FUNC_trace_printk, "s8" },
	{ BPF_FUNC_get_prandom_u32, "" },
	{ BPF_FUNC_get_smp_processor_id, "" },
	{ BPF_FUNC_get_numa_node_id, "" },
	{ BPF_FUNC_ktime_get_boot_ns, "" },
	{ BPF_FUNC_jiffies64, "" },
	{ BPF_FUNC_strtol, "s80s" },
	{ BPF_FUNC_strtoul, "s80s" },
	{ BPF_FUNC_snprintf_btf, "s8s80" },
	{ BPF_FUNC_get_current_task, "" },
	{ BPF_FUNC_probe_read_user, "s80" },
	{ BPF_FUNC_probe_read_kernel, "s80" },
	{ BPF_FUNC_probe_read_user_str, "s80" },
	{ BPF_FUNC_probe_read_kernel_str, "s80" },
	{ BPF_FUNC_ktime_get_coarse_ns, "" },
	{ BPF_FUNC_get_current_task_btf, "" },
	{ BPF_FUNC_get_current_pid_tgid, "" },
	{ BPF_FUNC_get_current_cgroup_id, "" },
	{ BPF_FUNC_get_current_ancestor_cgroup_id, "0" },
	{ BPF_FUNC_get_current_uid_gid, "" },
	{ BPF_FUNC_get_current_comm, "s8" },
	{ BPF_FUNC_get_ns_current_pid_tgid, "00s8" },
	{ BPF_FUNC_get_cgroup_classid, "c" },
	{ BPF_FUNC_send_signal, "1" },
	{ BPF_FUNC_send_signal_thread, "1" },
	{ BPF_FUNC_trace_vprintk, "s8s8" },
	{ BPF_FUNC_get_branch_snapshot, "s80" },
};

enum { EASY_CALLS = sizeof(easy_calls) / sizeof(*easy_calls) };

struct question {
	const struct helper_calls *calls;
	enum bpf_prog_type type;
	struct bpf_prog_load_opts options;
	char *log;
};

void helper_calls_open(struct helper_calls *calls)
{
	calls->map = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, sizeof(int), STACK, 1, NULL);
}

void helper_calls_close(struct helper_calls *calls)
{
	if (calls->map >= 0)
		close(calls->map);
}

static struct bpf_insn *call(struct bpf_insn *at, int helper)
{
	*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = helper };
	return at;
}

/* `to` = `from`, a register. */
static struct bpf_insn *move(struct bpf_insn *at, int to, int from)
{
	*at++ = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = to, .src_reg = from };
	return at;
}

/* A register that the call has taken is read: the program is refused, and the kernel need not compile it. */
static struct bpf_insn *refuse(struct bpf_insn *at)
{
	at = move(at, BPF_REG_0, BPF_REG_1);
	*at++ = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return at;
}

static struct bpf_insn *argument(struct bpf_insn *at, int to, char what, int map)
{
	switch (what) {
	case 'c':
		return move(at, to, BPF_REG_6);
	case 's':
		at = move(at, to, BPF_REG_10);
		*at++ = (struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = to, .imm = -STACK };
		return at;
	case 'm':
		*at++ = (struct bpf_insn){ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = to, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map };
		*at++ = (struct bpf_insn){ 0 };
		return at;
	default:
		*at++ = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = to, .imm = what - '0' };
		return at;
	}
}

/* Whether a program is refused before the verifier looks at it, or because of a helper: not one of its arguments. */
static bool refuses_helper(const char *log)
{
	return !*log || strstr(log, "invalid func ") || strstr(log, "unknown func ") || strstr(log, "cannot use helper ");
}

static void load(struct question *question, const struct bpf_insn *program, size_t count)
{
	struct bpf_prog_load_opts *options = &question->options;
	int fd;

	question->log[0] = '\0';
	options->log_buf = question->log;
	options->log_size = LOG_SIZE;
	options->log_level = 1;
	fd = bpf_prog_load(question->type, NULL, "GPL", program, count, options);
	if (fd >= 0)
		close(fd);
}

/*
 * A call without arguments is refused in any case; what matters is whether for the helper. (libbpf's own probe knows
 * the first two texts only, and takes all helpers for available on newer kernels.)
 */
static bool has_helper(struct question *question, int helper)
{
	struct bpf_insn program[1 + TAIL_SIZE];

	load(question, program, refuse(call(program, helper)) - program);
	return !refuses_helper(question->log);
}

static size_t write_easy_calls(const struct question *question, size_t from, struct bpf_insn *program)
{
	struct bpf_insn *at = move(program, BPF_REG_6, BPF_REG_1);

	for (int offset = -STACK; offset < 0; offset += 8)
		*at++ = (struct bpf_insn){ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = offset };
	for (; from < EASY_CALLS; from++) {
		const struct easy_call *easy = &easy_calls[from];

		for (int i = 0; easy->arguments[i]; i++)
			at = argument(at, BPF_REG_1 + i, easy->arguments[i], question->calls->map);
		at = call(at, easy->helper);
	}
	return refuse(at) - program;
}

/* The helper whose call the verifier has looked at last; 0 where it has looked at none. */
static int last_call(const char *log)
{
	static const char before[] = "(85) call ";
	const char *last = NULL;

	for (const char *at = log; (at = strstr(at, before)); at += sizeof(before) - 1)
		last = at;
	last = last ? strchr(last, '#') : NULL;
	return last ? atoi(last + 1) : 0;
}

static void try_easy_calls(struct question *question, bool *has)
{
	struct bpf_insn program[HEAD_SIZE + EASY_CALLS * CALL_SIZE + TAIL_SIZE];
	size_t next = 0;

	while (next < EASY_CALLS) {
		size_t stopped = next;
		int helper;

		load(question, program, write_easy_calls(question, next, program));
		helper = last_call(question->log);
		while (stopped < EASY_CALLS && easy_calls[stopped].helper != helper)
			stopped++;
		if (stopped == EASY_CALLS) {
			/* It did not come to a call. */
			has[easy_calls[next].helper] = has_helper(question, easy_calls[next].helper);
			next++;
			continue;
		}
		for (; next < stopped; next++)
			has[easy_calls[next].helper] = true;
		has[helper] = !refuses_helper(question->log);
		next = stopped + 1;
	}
}

static bool is_easy(size_t helper)
{
	for (size_t i = 0; i < EASY_CALLS; i++) {
		if (easy_calls[i].helper == (int)helper)
			return true;
	}
	return false;
}

void helper_calls_try(const struct helper_calls *calls, enum bpf_prog_type type, const struct bpf_prog_load_opts *options,
		      bool *has, size_t count)
{
	struct question question = { .calls = calls, .type = type, .options = *options, .log = malloc(LOG_SIZE) };

	if (!question.log)
		return;
	try_easy_calls(&question, has);
	for (size_t helper = 1; helper < count; helper++) {
		if (!is_easy(helper))
			has[helper] = has_helper(&question, helper);
	}
	free(question.log);
}
