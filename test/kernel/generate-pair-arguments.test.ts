/** What a pair keeps from the enter to the exit: strings that are not in memory yet, and exec, which replaces memory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { generate } from '#server/generate/generate';
import type { GenerateOptions } from '#server/generate/model';
import { compileBpf } from '#support/bpf/compile';
import { readRecord } from '#support/bpf/generated-records';
import { runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';

const comm = 'ebpf-arguments';

/**
 * Opens a path that is not there, then one that stands in a page of FILE that nothing has touched; then executes
 * /bin/true and what is not there, each from the second thread of a child. Prints the ids of the children.
 */
const caller = `#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *execute(void *path)
{
	char *arguments[] = { path, NULL };

	execve(path, arguments, environ);
	return NULL;
}

static void execute_in_thread(char *path)
{
	pid_t child = fork();
	pthread_t thread;

	if (child == 0) {
		if (pthread_create(&thread, NULL, execute, path) == 0)
			pthread_join(thread, NULL);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	printf("%d\\n", child);
}

int main(int argc, char **argv)
{
	static char there[] = "/bin/true", missing[] = "/nowhere/true";
	int file = open(argv[argc - 1], O_RDONLY);
	const char *path = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);

	prctl(PR_SET_NAME, "${comm}");
	syscall(SYS_openat, AT_FDCWD, "/nowhere/file", O_RDONLY, 0);
	syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	execute_in_thread(there);
	execute_in_thread(missing);
	return 0;
}
`;

describeUnless(requireKernel(), 'a generated pair', () => {
  test('has the string whose page the call itself brought into memory', async () => {
    const paired = await observe({ pair: true });
    const results = paired.opened.map((values) => [values.get('filename'), Number(values.get('ret'))]);
    expect(results).toContainEqual(['/nowhere/file', -2]);
    expect(results.filter(([path]) => path === '/dev/null')).toEqual([['/dev/null', expect.any(Number)]]);
    expect(results.find(([path]) => path === '/dev/null')?.[1]).toBeGreaterThan(2);
    // At the enter alone it is what the note warns of.
    const { opened } = await observe({});
    const paths = opened.map((values) => values.get('filename'));
    expect(paths).toContain('/nowhere/file');
    expect(paths).toContain('');
    expect(paths).not.toContain('/dev/null');
  });

  test('is joined over an exec, which gives the calling thread another id', async () => {
    const { executed, children } = await observe({ pair: true });
    expect(children).toHaveLength(2);
    expect(executed.map((values) => ['filename', 'ret', 'pid'].map((name) => values.get(name)))).toEqual([
      ['/bin/true', '0', children[0]],
      ['/nowhere/true', '-2', children[1]],
    ]);
  });

  test('is let through where the call failed, if that is asked for', async () => {
    const { opened, executed } = await observe({ pair: true, filter: { comm, failed: true } });
    expect(opened.map((values) => values.get('filename'))).toContain('/nowhere/file');
    expect(executed).toHaveLength(1);
    expect([...opened, ...executed].filter((values) => Number(values.get('ret')) >= 0)).toEqual([]);
  });
});

type Values = ReadonlyMap<string, string>;

interface Observed {
  readonly opened: readonly Values[];
  readonly executed: readonly Values[];
  readonly children: readonly string[];
}

async function observe(options: Omit<GenerateOptions, 'events'>): Promise<Observed> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-arguments-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [source, program, file] = ['caller.c', 'caller', 'path'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(source, caller);
  await writeFile(file, '/dev/null\0');
  await mustRun('cc', ['-Wall', '-Werror', '-pthread', source, '-o', program]);

  const kernel = await liveKernel();
  const events = ['openat', 'execve'].map((name) => ({ category: 'syscalls', name: `sys_enter_${name}` }));
  const generated = generate({ filter: { comm }, delivery: 'ringbuf', ...options, events }, { kernel });
  if (!generated.ok) throw new Error(generated.message);
  const { text, records } = generated.value;
  const { path } = await compileBpf(text, { flags: ['-Wall', '-Werror'] });
  let output = '';
  const result = await runPrograms(path, { during: async () => (output = await mustRun(program, [file])) });
  expect(result.programs.filter(({ load, attach }) => load !== 'ok' || attach !== 'ok')).toEqual([]);
  const arrived = (tag: string) => {
    const struct = records.find(({ name }) => name === tag);
    if (struct === undefined) throw new Error(`no record ${tag}`);
    return result.records.filter(({ map }) => map === struct.map).map(({ data }) => readRecord(struct, data));
  };
  const children = output.trimEnd().split('\n');
  return { opened: arrived('openat_event'), executed: arrived('execve_event'), children };
}
