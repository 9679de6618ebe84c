/** Enter and exit of a system call as one record: what it returned, and how long it took as its caller measures it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { generate } from '#server/generate/generate';
import { compileBpf } from '#support/bpf/compile';
import { readRecord } from '#support/bpf/generated-records';
import { runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';

/** Prints the nanoseconds of each pause, as seen from user space; then opens a file that is not there. */
const caller = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void)
{
	long pauses[] = { 1000000, 20000000, 150000000 };

	prctl(PR_SET_NAME, "ebpf-pair");
	for (int i = 0; i < 3; i++) {
		struct timespec pause = { 0, pauses[i] };
		long long start = now();

		syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &pause, NULL);
		printf("%lld\\n", now() - start);
	}
	syscall(SYS_openat, AT_FDCWD, "/ebpf-pair/is/not/there", O_RDONLY, 0);
	return 0;
}
`;

describeUnless(requireKernel(), 'a generated pair', () => {
  test('gives the return value, and the time that the caller measures', async () => {
    const kernel = await liveKernel();
    const events = ['sys_enter_clock_nanosleep', 'sys_exit_openat'];
    const generated = generate(
      {
        events: events.map((name) => ({ category: 'syscalls', name })),
        ...{ pair: true, delivery: 'ringbuf', filter: { comm: 'ebpf-pair' } },
      },
      { kernel },
    );
    if (!generated.ok) throw new Error(generated.message);
    const { text, records } = generated.value;
    const { path } = await compileBpf(text, { flags: ['-Wall', '-Werror'] });
    const program = await built();

    let output = '';
    const result = await runPrograms(path, { during: async () => (output = await mustRun(program, [])) });
    expect(result.programs.filter(({ load, attach }) => load !== 'ok' || attach !== 'ok')).toEqual([]);
    const arrived = (event: string) => {
      const struct = records.find(({ events: both }) => both.some(({ name }) => name === event));
      if (struct === undefined) throw new Error(`no record for ${event}`);
      return result.records
        .filter(({ map }) => map === struct.map)
        .map(({ data }) => readRecord(struct, data));
    };

    const measured = output.trimEnd().split('\n').map(Number);
    const pauses = arrived('sys_enter_clock_nanosleep');
    expect(pauses.map((values) => values.get('ret'))).toEqual(['0', '0', '0']);
    pauses.forEach((values, i) => {
      const latency = Number(values.get('latency_ns'));
      // Inside of what the caller sees; outside of it are the programs themselves and the way into the kernel.
      expect(latency).toBeLessThanOrEqual(measured[i] ?? 0);
      expect(latency).toBeGreaterThan([1e6, 20e6, 150e6][i] ?? Infinity);
    });

    const opened = arrived('sys_exit_openat').find(
      (values) => values.get('filename') === '/ebpf-pair/is/not/there',
    );
    expect(opened?.get('ret')).toBe('-2');
  });
});

async function built(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-pair-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [source, program] = [join(folder, 'caller.c'), join(folder, 'caller')];
  await writeFile(source, caller);
  await mustRun('cc', ['-Wall', '-Werror', source, '-o', program]);
  return program;
}
