// SPDX-License-Identifier: MIT
#include "cause.h"

#include "facts.h"

#include <errno.h>
#include <linux/version.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The kernel's own, which never should have reached user space. */
#define ENOTSUPP 524

#define NO_TRACEFS \
	"tracefs is not mounted, and the agent could not mount it: mount -t tracefs tracefs /sys/kernel/tracing"

__attribute__((format(printf, 1, 2))) static const char *say(const char *format, ...)
{
	static char sentence[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return sentence;
}

static unsigned int kernel_version(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname host;

	uname(&host);
	sscanf(host.release, "%u.%u", &major, &minor);
	return KERNEL_VERSION(major, minor, 0);
}

static const char *not_permitted(void)
{
	struct rlimit limit = {};
	const char *locked = lockdown();

	if (!has_capabilities())
		return geteuid() ? say("The agent runs as user %u without CAP_BPF and CAP_PERFMON: run it as root or with sudo.",
				       geteuid())
				 : "The agent is root but has not the capabilities CAP_BPF and CAP_PERFMON, as in a container "
				   "that is not privileged.";
	if (strcmp(locked, "integrity") == 0 || strcmp(locked, "confidentiality") == 0)
		return say("The kernel is locked down (%s, see /sys/kernel/security/lockdown), as it is with Secure Boot.",
			   locked);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (kernel_version() < KERNEL_VERSION(5, 11, 0) && limit.rlim_cur != RLIM_INFINITY)
		return say("Kernels before 5.11 count maps and programs as locked memory, and of this the limit is %llu bytes: "
			   "ulimit -l unlimited",
			   (unsigned long long)limit.rlim_cur);
	if (in_container())
		return "The agent runs in a container, whose rules may forbid it: run it on the host, or in a privileged container.";
	return NULL;
}

const char *cause_of_load(int error, const char *text)
{
	if (error && strstr(text, "BTF") && access("/sys/kernel/btf/vmlinux", R_OK))
		return "This kernel has no BTF (/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF=y): programs that use CO-RE, "
		       "fentry or tp_btf need it.";
	switch (error) {
	case EPERM:
		return not_permitted();
	case EINVAL:
		if (strstr(text, "failed to create: "))
			return "This kernel does not know the map's type, or not with these sizes. A ring buffer's size is a "
			       "power of two and a multiple of the page size.";
		if (strstr(text, "helper bpf_probe_read") && strcmp(lockdown(), "confidentiality") == 0)
			return "The kernel is locked down (confidentiality): programs must not read kernel memory.";
		return NULL;
	case E2BIG:
		return strstr(text, "failed to create: ")
			       ? "The map is larger than this kernel allows."
			       : "The program is too large for the verifier, or has too many paths: its limit is one million "
				 "instructions on all paths together.";
	case ESRCH:
	case ENOENT:
		if (strstr(text, "failed to find kernel BTF type ID"))
			return "The kernel's BTF has no such function or type: it is named otherwise in this kernel, was inlined, "
			       "or is part of a module that is not loaded.";
		return NULL;
	case ENOTSUPP:
		return "This kernel, or its JIT compiler for this architecture, lacks what the program needs.";
	default:
		return NULL;
	}
}

/* The end of the last field of an event's record, 0 if there is no telling. */
static unsigned int record_size(const char *category, const char *name)
{
	char path[512], line[1024];
	unsigned int end = 0;
	FILE *file;

	snprintf(path, sizeof(path), "events/%s/%s/format", category, name);
	file = fopen(tracefs_file(path), "re");
	while (file && fgets(line, sizeof(line), file)) {
		const char *offset = strstr(line, "\toffset:"), *size = strstr(line, "\tsize:");
		unsigned int last = offset && size ? strtoul(offset + 8, NULL, 10) + strtoul(size + 6, NULL, 10) : 0;

		if (last > end)
			end = last;
	}
	if (file)
		fclose(file);
	return end;
}

/*
 * Where the highest read through ctx ends, as the instructions one after another tell it. The verifier, who follows
 * the paths, keeps its own number to itself.
 */
static unsigned int highest_read(const struct bpf_program *program)
{
	static const unsigned char bytes[] = { [BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8 };
	const struct bpf_insn *insn = bpf_program__insns(program);
	const struct bpf_insn *end = insn + bpf_program__insn_cnt(program);
	bool is_ctx[16] = { [BPF_REG_1] = true };
	unsigned int highest = 0;

	for (; insn < end; insn++) {
		unsigned char class = BPF_CLASS(insn->code);

		if (class == BPF_LDX && is_ctx[insn->src_reg] && insn->off >= 0) {
			unsigned int last = insn->off + bytes[BPF_SIZE(insn->code) >> 3];

			if (last > highest)
				highest = last;
		}
		if (insn->code == (BPF_ALU64 | BPF_MOV | BPF_X))
			is_ctx[insn->dst_reg] = is_ctx[insn->src_reg];
		else if (class == BPF_LD || class == BPF_LDX || class == BPF_ALU || class == BPF_ALU64)
			is_ctx[insn->dst_reg] = false;
		else if (insn->code == (BPF_JMP | BPF_CALL))
			memset(is_ctx, false, BPF_REG_6 * sizeof(*is_ctx));
	}
	return highest;
}

static const char *beyond_record(const struct bpf_program *program, const char *category, const char *name)
{
	unsigned int size = record_size(category, name), highest = highest_read(program);

	if (!size)
		return NULL;
	if (highest > size)
		return say("The program reads %u bytes of ctx, but the record of %s:%s has %u: its last field ends there.",
			   highest, category, name, size);
	return say("The kernel compares what the program reads through ctx with the record of %s:%s, which has %u bytes: "
		   "something is read beyond it.",
		   category, name, size);
}

/* What the syscall is called where only its newer form exists, as on arm64; NULL where that does not exist either. */
static const char *newer_syscall(const char *name)
{
	static const struct {
		const char *old, *new;
	} others[] = {
		{ "access", "faccessat" },   { "chmod", "fchmodat" },	  { "chown", "fchownat" },
		{ "creat", "openat" },	     { "dup2", "dup3" },	  { "epoll_create", "epoll_create1" },
		{ "epoll_wait", "epoll_pwait" }, { "eventfd", "eventfd2" }, { "fork", "clone" },
		{ "getdents", "getdents64" }, { "inotify_init", "inotify_init1" }, { "lchown", "fchownat" },
		{ "lstat", "newfstatat" },   { "newlstat", "newfstatat" }, { "newstat", "newfstatat" },
		{ "pipe", "pipe2" },	     { "poll", "ppoll" },	  { "rename", "renameat2" },
		{ "rmdir", "unlinkat" },     { "select", "pselect6" },	  { "signalfd", "signalfd4" },
		{ "stat", "newfstatat" },    { "utime", "utimensat" },	  { "utimes", "utimensat" },
		{ "vfork", "clone" },
	};
	const char *syscall = strchr(name, '_') ? strchr(strchr(name, '_') + 1, '_') : NULL;
	static char found[128];
	char path[512];

	if (!syscall)
		return NULL;
	syscall++;
	snprintf(found, sizeof(found), "%.*s%sat", (int)(syscall - name), name, syscall);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(others[i].old, syscall) == 0)
			snprintf(found, sizeof(found), "%.*s%s", (int)(syscall - name), name, others[i].new);
	}
	snprintf(path, sizeof(path), "events/syscalls/%s", found);
	return access(tracefs_file(path), F_OK) == 0 ? found : NULL;
}

static const char *no_event(const char *category, const char *name)
{
	struct utsname host;
	const char *newer;
	char path[512];

	uname(&host);
	if (!*tracefs_file(""))
		return NO_TRACEFS;
	snprintf(path, sizeof(path), "events/%s/%s", category, name);
	if (access(tracefs_file(path), F_OK) == 0)
		return NULL;
	snprintf(path, sizeof(path), "events/%s", category);
	if (access(tracefs_file(path), F_OK) && strcmp(category, "syscalls") == 0)
		return "This kernel has no events for system calls: it is built without CONFIG_FTRACE_SYSCALLS.";
	if (access(tracefs_file(path), F_OK))
		return say("This kernel (%s) has no events in %s: they may come with a module that is not loaded.",
			   host.release, category);
	if (strcmp(category, "syscalls"))
		return say("This kernel (%s) has no event %s:%s.", host.release, category, name);
	newer = newer_syscall(name);
	return say("This kernel (%s, %s) has no event syscalls:%s.%s%s", host.release, host.machine, name,
		   newer ? " What programs call here instead is in " : "", newer ? newer : "");
}

static const char *tracepoint_cause(const struct bpf_program *program, int error, const char *text)
{
	char category[128], name[128];
	const char *target = strchr(bpf_program__section_name(program), '/');

	if (!target || sscanf(target, "/%127[^/]/%127s", category, name) != 2)
		return NULL;
	switch (error) {
	case ENOENT:
		return no_event(category, name);
	case EACCES:
		if (geteuid() && strstr(text, "failed to determine tracepoint"))
			return "Only root can read tracefs: run the agent as root or with sudo.";
		return has_capabilities() ? beyond_record(program, category, name) : not_permitted();
	case EPERM:
		if (strcmp(category, "ftrace") == 0)
			return "Events of the category ftrace take no BPF programs.";
		return not_permitted();
	case E2BIG:
		return say("64 BPF programs are attached to %s:%s already: that is the kernel's limit.", category, name);
	default:
		return NULL;
	}
}

static bool has_function(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[512], symbol[256];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = sscanf(line, "%*s %*c %255s", symbol) == 1 && strcmp(symbol, name) == 0;
	if (file)
		fclose(file);
	return found;
}

static const char *probe_cause(const struct bpf_program *program, int error)
{
	const char *section = bpf_program__section_name(program), *target = strchr(section, '/');
	bool user = section[0] == 'u' || strncmp(section, "kprobe.multi", 12) == 0;
	char name[256];

	if (error == EPERM || error == EACCES)
		return not_permitted();
	if (*section == 'u' && access("/sys/bus/event_source/devices/uprobe/type", F_OK))
		return "This kernel has no uprobes (CONFIG_UPROBE_EVENTS).";
	if (*section == 'k' && access("/sys/bus/event_source/devices/kprobe/type", F_OK))
		return "This kernel has no kprobes (CONFIG_KPROBE_EVENTS).";
	if (user || !target || sscanf(target, "/%255[A-Za-z0-9_.]", name) != 1)
		return NULL;
	if (!has_function(name) && strncmp(section, "ksyscall", 8) && strncmp(section, "kretsyscall", 11))
		return say("This kernel has no function %s: it is named otherwise, was inlined, or is part of a module that is "
			   "not loaded.",
			   name);
	return error == EINVAL || error == EADDRNOTAVAIL ? say("The kernel does not let %s be probed.", name) : NULL;
}

const char *cause_of_attach(const struct bpf_program *program, int error, const char *text)
{
	const char *target = strchr(bpf_program__section_name(program), '/');

	switch (error) {
	case 0:
		return NULL;
	case EMFILE:
		return "The agent has as many open files as the host allows it (ulimit -n).";
	case ENOTSUPP:
		return "This kernel cannot attach such programs on this architecture. For fentry and fexit arm64 needs 6.0, and "
		       "all need CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS.";
	}
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_TRACEPOINT:
		return tracepoint_cause(program, error, text);
	case BPF_PROG_TYPE_KPROBE:
		return probe_cause(program, error);
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		if (error == ENOENT && target)
			return say("This kernel has no raw tracepoint %s. For a system call it is sys_enter or sys_exit.",
				   target + 1);
		if (error == EINVAL)
			return "The program reads more arguments than the tracepoint has.";
		/* fall through */
	default:
		return error == EPERM ? not_permitted() : NULL;
	}
}
