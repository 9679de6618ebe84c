#define _GNU_SOURCE
#include "trigger.h"

#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void use_io_uring(void)
{
	struct io_uring_params parameters = { .flags = IORING_SETUP_CQSIZE, .cq_entries = 64 };
	int fd = syscall(SYS_io_uring_setup, 8, &parameters);

	if (fd < 0)
		return;
	did("syscalls:sys_enter_io_uring_setup", getpid(), "entries", number(8), "params", address(&parameters), NULL);
	did("io_uring:io_uring_create", getpid(), "fd", number(fd), "sq_entries", number(8), "cq_entries", number(64),
	    "flags", number(parameters.flags), NULL);
	syscall(SYS_io_uring_enter, fd, 0, 0, IORING_ENTER_GETEVENTS, NULL, 0);
	did("syscalls:sys_enter_io_uring_enter", getpid(), "fd", number(fd), "to_submit", number(0), "min_complete",
	    number(0), "flags", number(IORING_ENTER_GETEVENTS), NULL);
	close(fd);
}

void do_memory(void)
{
	char name[] = "ebpf-truth-memory";
	int fd = memfd_create(name, MFD_CLOEXEC);
	char *bytes;

	did("syscalls:sys_enter_memfd_create", getpid(), "uname", name, "flags", number(MFD_CLOEXEC), NULL);
	if (ftruncate(fd, 20480))
		return;
	did("syscalls:sys_enter_ftruncate", getpid(), "fd", number(fd), "length", number(20480), NULL);
	bytes = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	did("syscalls:sys_enter_mmap", getpid(), "addr", number(0), "len", number(16384), "prot",
	    number(PROT_READ | PROT_WRITE), "flags", number(MAP_SHARED), "fd", number(fd), "off", number(4096), NULL);
	did("syscalls:sys_exit_mmap", getpid(), "ret", address(bytes), NULL);
	// The first touch of a page is a fault, at the address that was touched.
	*(volatile char *)(bytes + 4099) = 1;
	did("exceptions:page_fault_user", getpid(), "address", address(bytes + 4099), NULL);
	syscall(SYS_mprotect, bytes, 8192, PROT_READ);
	did("syscalls:sys_enter_mprotect", getpid(), "start", address(bytes), "len", number(8192), "prot",
	    number(PROT_READ), NULL);
	syscall(SYS_madvise, bytes, 4096, MADV_WILLNEED);
	did("syscalls:sys_enter_madvise", getpid(), "start", address(bytes), "len_in", number(4096), "behavior",
	    number(MADV_WILLNEED), NULL);
	syscall(SYS_munmap, bytes, 16384);
	did("syscalls:sys_enter_munmap", getpid(), "addr", address(bytes), "len", number(16384), NULL);
	// Six arguments, of which the kernel looks at none: there is no such file.
	syscall(SYS_pwritev2, 9999, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555);
	did("raw_syscalls:sys_enter", getpid(), "id", number(SYS_pwritev2), "args", "9999,4369,8738,13107,17476,21845",
	    NULL);
	did("raw_syscalls:sys_exit", getpid(), "id", number(SYS_pwritev2), "ret", number(-9), NULL);
	close(fd);
	use_io_uring();
}
