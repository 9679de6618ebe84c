/*
 * Makes system calls that the test programs look for: getpriority(MAGIC, n) for n from 0 to COUNT - 1, PER_SECOND of
 * them a second (0: as fast as it can).
 *
 *     provoke MAGIC COUNT PER_SECOND
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
	long magic = argc == 4 ? atol(argv[1]) : 0, count = argc == 4 ? atol(argv[2]) : 0;
	long per_second = argc == 4 ? atol(argv[3]) : 0;
	long long start = now_ns();

	for (long n = 0; n < count; n++) {
		syscall(SYS_getpriority, magic, n);
		/* Every half millisecond's worth: waits until it is due. */
		while (per_second && n % (per_second / 2000 + 1) == 0) {
			long long left = start + n * 1000000000LL / per_second - now_ns();
			struct timespec pause = { .tv_nsec = left };

			if (left < 50000)
				break;
			nanosleep(&pause, NULL);
		}
	}
	return argc == 4 ? 0 : 2;
}
