/** What may be wrong with a program, said by a real compiler and the real kernel of this machine. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEventOf } from '#runner/model';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';
import { requireAgents, temporaryFolder } from '#support/runner/installation';
import { endingOf } from '#support/runner/outcome';
import { fchmodat, program, programFile } from '#support/runner/programs';
import { openRun } from '#support/runner/session';
import type { TestRunOptions } from '#support/runner/session';

const run = (path: string, options: Partial<TestRunOptions> = {}) =>
  endingOf({ targets: [{ kind: 'local' }], source: { path }, ...options });

const fine = `SEC("tp/syscalls/sys_enter_getpriority")
int fine(struct trace_event_raw_sys_enter *ctx) { return ctx->args[1]; }
`;

const missing = requireKernel() ?? requireAgents('x86_64');

describeUnless(missing, 'building', () => {
  test('a file that is not there', async () => {
    expect((await run('/nonexistent/x.bpf.c')).failure?.code).toBe('source-missing');
    expect((await run('/tmp')).failure?.code).toBe('source-missing');
  });

  test('a program with errors: each on its line', async () => {
    const path = await program('int first(void) { return missing; }\nint second(void) { return 1 +; }');
    const { failure, events } = await run(path);
    expect(failure).toMatchObject({
      code: 'compile-error',
      message: `program.bpf.c:6: use of undeclared identifier 'missing'`,
    });
    const found = events.find((event): event is RunEventOf<'diagnostics'> => event.type === 'diagnostics');
    expect(found?.diagnostics).toEqual([
      {
        file: path,
        line: 6,
        column: 26,
        severity: 'error',
        message: `use of undeclared identifier 'missing'`,
      },
      { file: path, line: 7, column: 30, severity: 'error', message: 'expected expression' },
    ]);
  });

  test('a program with a warning runs, and the warning is told', async () => {
    const path = await program(`${fine}\n#warning look here`);
    const { failure, events } = await run(path, { mode: 'verify' });
    expect(failure).toBeUndefined();
    const found = events.find((event) => event.type === 'diagnostics');
    expect(found?.diagnostics).toMatchObject([{ severity: 'warning', message: 'look here [-W#warnings]' }]);
  });

  test('without libbpf’s headers', async () => {
    const { failure } = await run(fchmodat, { build: { flags: ['-nostdinc'] } });
    expect(failure?.code).toBe('headers-missing');
    expect(failure?.help).toContain('libbpf-dev');
  });

  test('by a clang that knows no BPF', async () => {
    // What Apple's clang says.
    const clang = await programFile(
      `#!/bin/sh\necho "error: unable to create target: 'No available targets are compatible with triple \\"bpf\\"'" >&2; exit 1\n`,
      'clang',
    );
    execFileSync('chmod', ['755', clang]);
    expect((await run(fchmodat, { build: { clang } })).failure?.code).toBe('clang-missing');
  });

  test('by the project’s own command', async () => {
    const path = await program(fine);
    const { failure, events } = await run(path, {
      mode: 'verify',
      build: {
        command: [
          'clang',
          ...['-target', 'bpf', '-g', '-O2', '-D__TARGET_ARCH_${arch}', '-I${vmlinuxDir}'],
          ...['-c', '${file}', '-o', '${output}'],
        ],
      },
    });
    expect(failure).toBeUndefined();
    expect(events.find(({ type }) => type === 'program')).toMatchObject({ name: 'fine', error: null });
  });

  test.each([
    { command: ['/nonexistent/make'], message: 'cannot be run' },
    { command: ['false'], message: 'ended with 1' },
    { command: ['true'], message: 'left no object' },
  ])('by a command that does not: $command', async ({ command, message }) => {
    const { failure } = await run(fchmodat, { build: { command } });
    expect(failure?.code).toBe('build-command-failed');
    expect(failure?.message).toContain(message);
  });

  test('nothing: the words of a command are no shell’s', async () => {
    const path = await programFile('', 'a $(touch pwned) `touch pwned`; touch pwned.bpf.c');
    const { failure } = await run(path, { build: { command: ['test', '-f', '${file}'] } });
    expect(failure?.message).toContain('left no object');
    expect(execFileSync('ls', [dirname(path)]).toString()).not.toMatch(/^pwned$/m);
  });

  test('an object that is none', async () => {
    const folder = await temporaryFolder();
    const native = join(folder, 'native.o');
    await writeFile(join(folder, 'native.c'), 'int x;');
    execFileSync('clang', ['-c', join(folder, 'native.c'), '-o', native]);
    expect((await run(native)).failure?.code).toBe('wrong-architecture');

    const big = join(folder, 'big.o');
    execFileSync('clang', ['-target', 'bpfeb', '-c', join(folder, 'native.c'), '-o', big]);
    expect((await run(big)).failure?.code).toBe('wrong-architecture');

    const empty = join(folder, 'empty.o');
    execFileSync('clang', ['-target', 'bpf', '-c', join(folder, 'native.c'), '-o', empty]);
    expect((await run(empty)).failure?.code).toBe('object-unusable');

    const broken = join(folder, 'broken.o');
    await writeFile(broken, Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(100, 0x41)]));
    expect((await run(broken)).failure?.code).toBe('object-unusable');
  });
});

describeUnless(missing, 'loading', () => {
  test('a program that the verifier refuses', async () => {
    const path = await program(`SEC("tp/syscalls/sys_enter_getpriority")
int refused(struct trace_event_raw_sys_enter *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return task->tgid;
}`);
    const { failure } = await run(path);
    expect(failure?.code).toBe('program-refused');
    expect(failure?.message).toMatch(/^the kernel refuses refused: R\d+ invalid mem access 'scalar'$/);
    expect(failure?.detail).toContain('invalid mem access');
  });

  test('one that is refused beside one that runs', async () => {
    const path = await program(`${fine}
SEC("tp/syscalls/sys_enter_getpriority") int refused(void *ctx) { return *(volatile int *)-1; }`);
    const started = openRun({ targets: [{ kind: 'local' }], source: { path } });
    await started.running();
    await started.session.stop();
    expect(await started.outcomes()).toEqual([
      { host: 'local', programs: { good: ['fine'], bad: ['refused'] } },
    ]);
    const told = started.events.filter((event) => event.type === 'program');
    expect(told.map(({ name, failure }) => [name, failure?.code])).toEqual([
      ['fine', undefined],
      ['refused', 'program-refused'],
    ]);
  });

  test('one that reads a field which this kernel lacks', async () => {
    const path =
      await program(`struct task_struct___none { int no_such_field; } __attribute__((preserve_access_index));
SEC("tp/syscalls/sys_enter_getpriority") int refused(void *ctx) {
  struct task_struct___none *task = (void *)bpf_get_current_task();
  return BPF_CORE_READ(task, no_such_field);
}`);
    const { failure } = await run(path);
    expect(failure?.code).toBe('program-refused');
    expect(failure?.help).toContain('bpf_core_field_exists');
  });

  test('one that attaches to a function which this kernel lacks', async () => {
    const path = await program('SEC("fentry/no_such_function") int BPF_PROG(handle) { return 0; }');
    expect((await run(path)).failure?.code).toBe('event-missing');
  });
});

describeUnless(missing, 'attaching', () => {
  test('to an event that this kernel lacks', async () => {
    const path = await program('SEC("tp/syscalls/sys_enter_nosuch") int handle(void *ctx) { return 0; }');
    const { failure } = await run(path);
    expect(failure?.code).toBe('event-missing');
    expect(failure?.help).toContain('sys_enter_nosuch');
  });

  test('a program that reads beyond the event', async () => {
    const path = await program(`SEC("tp/syscalls/sys_enter_getpriority")
int handle(struct trace_event_raw_sys_enter *ctx) { return ctx->args[2]; }`);
    const { failure } = await run(path);
    expect(failure?.code).toBe('attach-denied');
    expect(failure?.help).toContain('sys');
  });

  test('what attaches to nothing by itself', async () => {
    const path = await program('SEC("xdp") int handle(void *ctx) { return 2; }');
    expect((await run(path)).failure?.code).toBe('attach-failed');
    expect((await run(path, { mode: 'verify' })).failure).toBeUndefined();
  });
});
