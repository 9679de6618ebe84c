/** `ctx->args[n]` of every syscall: `ctx-args-range` says what the kernel does when the program is attached. */
import { expect, test } from 'vitest';
import { disagreements, judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const indices = [0, 1, 2, 3, 4, 5];

describeUnless(requireKernel(), 'ctx-args-range', () => {
  test('says of args[0] to args[5] of every sys_enter event what the kernel says', async () => {
    const kernel = await liveKernel();
    const events = kernel.index.events
      .filter(({ category, name }) => category === 'syscalls' && name.startsWith('sys_enter_'))
      .map(({ name }) => name);
    expect(events.length).toBeGreaterThan(300);

    const read = events.flatMap((event) => indices.map((n) => argumentRead(event, n)));
    const judgedReads = await judge(read, { attach: true, kernel });
    expect(disagreements(judgedReads, { code: 'ctx-args-range', refusal: 'attach EACCES' })).toEqual([]);
    // No syscall has more than six arguments, and few have that many.
    const refused = judgedReads.filter((judged) => outcome(judged.kernel) !== 'ok').length;
    expect(refused).toBeGreaterThan(events.length);
    expect(refused).toBeLessThan(events.length * 5);
  });

  test('is no error where a helper copies the argument, which the kernel lets pass', async () => {
    const kernel = await liveKernel();
    const copies = ['sys_enter_getpid', 'sys_enter_close', 'sys_enter_fchmod', 'sys_enter_mmap'].flatMap(
      (event) => indices.map((n) => argumentCopy(event, n)),
    );
    const judged = await judge(copies, { attach: true, kernel });
    expect(judged.map((one) => outcome(one.kernel))).toEqual(copies.map(() => 'ok'));
    expect(disagreements(judged, { code: 'ctx-args-range', refusal: 'attach EACCES' })).toEqual([]);
  });
});

function argumentRead(event: string, n: number): Candidate {
  return program(event, `${event}_${n}`, `ctx->args[${n}]`);
}

function argumentCopy(event: string, n: number): Candidate {
  return program(event, `copy_${event}_${n}`, `BPF_CORE_READ(ctx, args[${n}])`);
}

function program(event: string, name: string, expression: string): Candidate {
  const text = `
SEC("tp/syscalls/${event}")
int ${name}(struct trace_event_raw_sys_enter *ctx)
{
	return ${expression};
}
`;
  return { name, text };
}
