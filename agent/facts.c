// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "facts.h"

#include "json.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#define VMLINUX "/sys/kernel/btf/vmlinux"

/* The inode numbers of the namespaces that the kernel starts with (include/linux/proc_ns.h). */
#define INIT_PID_NAMESPACE "pid:[4026531836]"
#define INIT_USER_NAMESPACE "user:[4026531837]"
#define INIT_CGROUP_NAMESPACE "cgroup:[4026531835]"

static const char *const options[] = {
	"CONFIG_BPF_EVENTS",
	"CONFIG_BPF_JIT",
	"CONFIG_BPF_KPROBE_OVERRIDE",
	"CONFIG_BPF_LSM",
	"CONFIG_BPF_SYSCALL",
	"CONFIG_BPF_UNPRIV_DEFAULT_OFF",
	"CONFIG_CGROUP_BPF",
	"CONFIG_DEBUG_INFO_BTF",
	"CONFIG_DEBUG_INFO_BTF_MODULES",
	"CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
	"CONFIG_FPROBE",
	"CONFIG_FTRACE_SYSCALLS",
	"CONFIG_FUNCTION_TRACER",
	"CONFIG_KPROBES",
	"CONFIG_KPROBE_EVENTS",
	"CONFIG_NET_CLS_BPF",
	"CONFIG_PERF_EVENTS",
	"CONFIG_SECURITY_LOCKDOWN_LSM",
	"CONFIG_TRACEPOINTS",
	"CONFIG_UPROBE_EVENTS",
	"CONFIG_XDP_SOCKETS",
};

static struct {
	const char *path;
	bool private;
} tracefs;

static bool is_mounted(const char *path, long magic)
{
	struct statfs info;

	return statfs(path, &info) == 0 && (long)info.f_type == magic;
}

void tracefs_init(void)
{
	const char *const paths[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	for (size_t i = 0; i < 2 && !tracefs.path; i++) {
		if (is_mounted(paths[i], TRACEFS_MAGIC))
			tracefs.path = paths[i];
	}
	if (tracefs.path || geteuid() != 0)
		return;
	/* In a mount namespace of our own: the host does not see it, and it ends with us. */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tracefs", paths[0], "tracefs", 0, NULL))
		return;
	tracefs.path = paths[0];
	tracefs.private = true;
}

const char *tracefs_file(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", tracefs.path ? tracefs.path : "", name);
	return tracefs.path ? path : "";
}

bool read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	if (got < 0)
		return false;
	text[got] = '\0';
	if (got && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return true;
}

static bool is_link_to(const char *path, const char *expected)
{
	char target[64] = "";

	/* What cannot be read tells nothing. */
	return readlink(path, target, sizeof(target) - 1) < 0 || strcmp(target, expected) == 0;
}

bool in_container(void)
{
	return !is_link_to("/proc/self/ns/pid", INIT_PID_NAMESPACE) ||
	       !is_link_to("/proc/self/ns/user", INIT_USER_NAMESPACE) ||
	       !is_link_to("/proc/self/ns/cgroup", INIT_CGROUP_NAMESPACE);
}

const char *lockdown(void)
{
	static char text[128];
	char *start, *end;

	if (!read_text("/sys/kernel/security/lockdown", text, sizeof(text)))
		return "unknown";
	start = strchr(text, '[');
	end = start ? strchr(start, ']') : NULL;
	if (!end)
		return "unknown";
	*end = '\0';
	return start + 1;
}

/* Effective capabilities, as /proc/self/status has them. */
static const char *capabilities(void)
{
	static char text[4096];
	char *line;

	if (!read_text("/proc/self/status", text, sizeof(text)) || !(line = strstr(text, "CapEff:\t")))
		return "";
	line += strlen("CapEff:\t");
	line[strcspn(line, "\n")] = '\0';
	return line;
}

bool has_capabilities(void)
{
	unsigned long long set = strtoull(capabilities(), NULL, 16);
	unsigned long long needed = 1ULL << CAP_BPF | 1ULL << CAP_PERFMON;

	return set & 1ULL << CAP_SYS_ADMIN || (set & needed) == needed;
}

/* gzopen() reads what is not compressed, too. */
static gzFile open_config(void)
{
	struct utsname host;
	char path[sizeof(host.release) + 16];
	gzFile file = gzopen("/proc/config.gz", "re");

	if (file)
		return file;
	uname(&host);
	snprintf(path, sizeof(path), "/boot/config-%s", host.release);
	return gzopen(path, "re");
}

/* The next `CONFIG_X=value` as name and value, which lie in `line`. */
static bool next_option(gzFile file, char *line, int size, char **value)
{
	while (gzgets(file, line, size)) {
		line[strcspn(line, "\n")] = '\0';
		*value = strchr(line, '=');
		if (line[0] == '#' || !*value)
			continue;
		*(*value)++ = '\0';
		return true;
	}
	return false;
}

const char *kernel_config(const char *option)
{
	static char line[1024];
	gzFile file = open_config();
	char *value, *found = NULL;

	while (file && !found && next_option(file, line, sizeof(line), &value)) {
		if (strcmp(line, option) == 0)
			found = value;
	}
	if (file)
		gzclose(file);
	return found;
}

static void say_config(void)
{
	gzFile file = open_config();
	char line[1024], *value;

	json_open("config", '{');
	while (file && next_option(file, line, sizeof(line), &value)) {
		for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
			if (strcmp(line, options[i]) == 0)
				json_text(line, value);
		}
	}
	if (file)
		gzclose(file);
	json_close('}');
}

/* The size of the kernel's BTF and, to know it again, its FNV-1a hash. */
static void say_btf(void)
{
	unsigned long long hash = 0xcbf29ce484222325, size = 0;
	int fd = open(VMLINUX, O_RDONLY | O_CLOEXEC);
	unsigned char part[32 << 10];
	char text[20];
	ssize_t got;

	while (fd >= 0 && (got = read(fd, part, sizeof(part))) > 0) {
		for (ssize_t i = 0; i < got; i++)
			hash = (hash ^ part[i]) * 0x100000001b3;
		size += got;
	}
	if (fd >= 0)
		close(fd);
	if (!size) {
		json_text("btf", NULL);
		return;
	}
	snprintf(text, sizeof(text), "%016llx", hash);
	json_open("btf", '{');
	json_number("size", size);
	json_text("hash", text);
	json_close('}');
}

static void say_tracefs(void)
{
	if (!tracefs.path) {
		json_text("tracefs", NULL);
		return;
	}
	json_open("tracefs", '{');
	json_text("path", tracefs.path);
	json_bool("private", tracefs.private);
	json_close('}');
}

static void say_sysctl(const char *key, const char *path)
{
	char text[64];

	json_text(key, read_text(path, text, sizeof(text)) ? text : NULL);
}

void say_facts(void)
{
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };
	struct utsname host;

	uname(&host);
	getrlimit(RLIMIT_MEMLOCK, &limit);
	json_begin("facts");
	json_text("release", host.release);
	json_text("machine", host.machine);
	json_text("hostname", host.nodename);
	json_number("uid", geteuid());
	json_text("capabilities", capabilities());
	say_btf();
	say_tracefs();
	json_bool("bpffs", is_mounted("/sys/fs/bpf", BPF_FS_MAGIC));
	json_text("lockdown", lockdown());
	json_open("sysctl", '{');
	say_sysctl("unprivilegedBpfDisabled", "/proc/sys/kernel/unprivileged_bpf_disabled");
	say_sysctl("bpfJitEnable", "/proc/sys/net/core/bpf_jit_enable");
	say_sysctl("perfEventParanoid", "/proc/sys/kernel/perf_event_paranoid");
	say_sysctl("bpfStatsEnabled", "/proc/sys/kernel/bpf_stats_enabled");
	json_close('}');
	if (limit.rlim_cur == RLIM_INFINITY)
		json_text("memlock", NULL);
	else
		json_number("memlock", limit.rlim_cur);
	json_number("cpus", libbpf_num_possible_cpus());
	json_bool("container", in_container());
	say_config();
	json_end();
}
