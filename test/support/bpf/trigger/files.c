#define _GNU_SOURCE
#include "trigger.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

// As the kernel keeps a device's number.
static int64_t kernel_dev(dev_t dev)
{
	return (int64_t)major(dev) << 20 | minor(dev);
}

static void change_names(const char *a, const char *b, const char *folder)
{
	syscall(SYS_mkdirat, AT_FDCWD, folder, 0751);
	did("syscalls:sys_enter_mkdirat", getpid(), "dfd", number(AT_FDCWD), "pathname", folder, "mode", number(0751), NULL);
	syscall(SYS_symlinkat, a, AT_FDCWD, b);
	did("syscalls:sys_enter_symlinkat", getpid(), "oldname", a, "newdfd", number(AT_FDCWD), "newname", b, NULL);
	unlinkat(AT_FDCWD, b, 0);
	did("syscalls:sys_enter_unlinkat", getpid(), "dfd", number(AT_FDCWD), "pathname", b, "flag", number(0), NULL);
	syscall(SYS_linkat, AT_FDCWD, a, AT_FDCWD, b, 0);
	did("syscalls:sys_enter_linkat", getpid(), "olddfd", number(AT_FDCWD), "oldname", a, "newdfd", number(AT_FDCWD),
	    "newname", b, "flags", number(0), NULL);
	syscall(SYS_renameat2, AT_FDCWD, b, AT_FDCWD, a, RENAME_EXCHANGE);
	did("syscalls:sys_enter_renameat2", getpid(), "olddfd", number(AT_FDCWD), "oldname", b, "newdfd",
	    number(AT_FDCWD), "newname", a, "flags", number(RENAME_EXCHANGE), NULL);
}

static void change_attributes(const char *path)
{
	syscall(SYS_chmod, path, 0604);
	did("syscalls:sys_enter_chmod", getpid(), "filename", path, "mode", number(0604), NULL);
	syscall(SYS_fchmodat, AT_FDCWD, path, 0640);
	did("syscalls:sys_enter_fchmodat", getpid(), "dfd", number(AT_FDCWD), "filename", path, "mode", number(0640), NULL);
	syscall(SYS_fchownat, AT_FDCWD, path, 12, 34, AT_SYMLINK_NOFOLLOW);
	did("syscalls:sys_enter_fchownat", getpid(), "dfd", number(AT_FDCWD), "filename", path, "user", number(12),
	    "group", number(34), "flag", number(AT_SYMLINK_NOFOLLOW), NULL);
	syscall(SYS_truncate, path, 1234567);
	did("syscalls:sys_enter_truncate", getpid(), "path", path, "length", number(1234567), NULL);
	syscall(SYS_setxattr, path, "user.truth", "value", 5, XATTR_CREATE);
	did("syscalls:sys_enter_setxattr", getpid(), "pathname", path, "name", "user.truth", "size", number(5), "flags",
	    number(XATTR_CREATE), NULL);
}

static void use_descriptor(const char *path)
{
	char bytes[3001] = "some text";
	int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0612);

	did("syscalls:sys_enter_openat", getpid(), "dfd", number(AT_FDCWD), "filename", path, "flags",
	    number(O_RDWR | O_CREAT | O_CLOEXEC), "mode", number(0612), NULL);
	did("syscalls:sys_exit_openat", getpid(), "ret", number(fd), NULL);
	syscall(SYS_write, fd, bytes, 3001);
	did("syscalls:sys_enter_write", getpid(), "fd", number(fd), "buf", address(bytes), "count", number(3001), NULL);
	did("syscalls:sys_exit_write", getpid(), "ret", number(3001), NULL);
	syscall(SYS_pread64, fd, bytes, 17, 2990);
	did("syscalls:sys_enter_pread64", getpid(), "fd", number(fd), "buf", address(bytes), "count", number(17), "pos",
	    number(2990), NULL);
	did("syscalls:sys_exit_pread64", getpid(), "ret", number(11), NULL);
	syscall(SYS_lseek, fd, -1001L, SEEK_END);
	did("syscalls:sys_enter_lseek", getpid(), "fd", number(fd), "offset", number(-1001), "whence", number(SEEK_END), NULL);
	did("syscalls:sys_exit_lseek", getpid(), "ret", number(2000), NULL);

	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 111, .l_len = 222 };

	fcntl(fd, F_SETLK, &lock);
	did("filelock:posix_lock_inode", getpid(), "pid", number(getpid()), "type", number(F_WRLCK), "fl_start", number(111),
	    "fl_end", number(332), "ret", number(0), NULL);
	syscall(SYS_dup3, fd, 77, O_CLOEXEC);
	did("syscalls:sys_enter_dup3", getpid(), "oldfd", number(fd), "newfd", number(77), "flags", number(O_CLOEXEC), NULL);
	close(77);
	close(fd);
}

static void write_to_disk(const char *path)
{
	struct stat facts;
	void *bytes;
	int fd = open(path, O_RDWR | O_CREAT | O_DIRECT, 0600);

	if (fd < 0 || posix_memalign(&bytes, 4096, 12288))
		exit(3);
	memset(bytes, 1, 12288);
	if (write(fd, bytes, 12288) != 12288 || fstat(fd, &facts))
		exit(3);
	did("block:block_bio_queue", getpid(), "dev", number(kernel_dev(facts.st_dev)), "nr_sector", number(24), "comm",
	    "ebpf-truth", NULL);
	free(bytes);
	close(fd);
}

static void watch(const char *folder)
{
	int fd = inotify_init1(IN_NONBLOCK);

	did("syscalls:sys_enter_inotify_init1", getpid(), "flags", number(IN_NONBLOCK), NULL);
	inotify_add_watch(fd, folder, IN_CREATE | IN_DELETE);
	did("syscalls:sys_enter_inotify_add_watch", getpid(), "fd", number(fd), "pathname", folder, "mask",
	    number(IN_CREATE | IN_DELETE), NULL);
	close(fd);
}

static void fail(void)
{
	char path[] = "/ebpf-truth/does/not/exist";

	syscall(SYS_mkdirat, 55, path + 1, 0700);
	did("syscalls:sys_exit_mkdirat", getpid(), "ret", number(-9), NULL);
	syscall(SYS_readlinkat, AT_FDCWD, path, NULL, 7);
	did("syscalls:sys_enter_readlinkat", getpid(), "dfd", number(AT_FDCWD), "pathname", path, "bufsiz", number(7), NULL);
}

void do_files(const char *folder)
{
	char a[4096], b[4096], c[4096], d[4096];

	snprintf(a, sizeof(a), "%s/first file", folder);
	snprintf(b, sizeof(b), "%s/second", folder);
	snprintf(c, sizeof(c), "%s/folder", folder);
	snprintf(d, sizeof(d), "%s/disk", folder);
	use_descriptor(a);
	change_attributes(a);
	change_names(a, b, c);
	write_to_disk(d);
	watch(c);
	fail();
}
