/** `ctx->args[n]` of every syscall, as the kernel judges it and as `ctx-args-range` does. */
import { expect, test } from 'vitest';
import type { KernelIndex, TracepointFormat } from '#core/kernel/model';
import { judge } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

interface ArgumentRead {
  readonly event: string;
  readonly n: number;
  readonly refused: boolean;
}

describeUnless(requireKernel(), 'ctx-args-range', () => {
  test('says of args[0] to args[5] of every sys_enter event what attach does', async () => {
    const candidates = argumentReads(await liveKernel());
    expect(candidates.length).toBeGreaterThan(6 * 300);
    const judged = await judge(candidates, { attach: true });

    expect(judged.filter(({ kernel }) => kernel.load !== 'ok')).toEqual([]);
    const disagreements = judged.filter(
      ({ candidate, kernel }) => kernel.attach !== (candidate.note.refused ? 'EACCES' : 'ok'),
    );
    expect(disagreements).toEqual([]);
  });
});

function argumentReads(kernel: KernelIndex): readonly Candidate<ArgumentRead>[] {
  const events = kernel.events.filter(
    ({ category, name }) => category === 'syscalls' && name.startsWith('sys_enter_'),
  );
  return events.flatMap(({ category, name }) =>
    [0, 1, 2, 3, 4, 5].map((n) => argumentRead(kernel.format(category, name), name, n)),
  );
}

function argumentRead(
  format: TracepointFormat | undefined,
  event: string,
  n: number,
): Candidate<ArgumentRead> {
  const name = `${event}_${n}`;
  const text = `SEC("tp/syscalls/${event}")
int ${name}(struct trace_event_raw_sys_enter *ctx)
{
	return ctx->args[${n}];
}
`;
  return { name, text, note: { event, n, refused: 16 + 8 * n >= (format?.recordSize ?? 0) } };
}
