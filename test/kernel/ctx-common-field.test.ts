/** Reads of the common fields (`ctx->ent`), as the kernel judges them and as `ctx-common-field` does. */
import { expect, test } from 'vitest';
import type { KernelIndex } from '#core/kernel/model';
import { judge } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

interface CommonRead {
  readonly struct: string;
  readonly direct: boolean;
}

const commonFields = ['type', 'flags', 'preempt_count', 'pid'] as const;

describeUnless(requireKernel(), 'ctx-common-field', () => {
  test('says of ctx->ent in every struct of an event what the verifier does', async () => {
    const candidates = commonReads(await liveKernel());
    expect(candidates.length).toBeGreaterThan(8 * 500);
    const judged = await judge(candidates, { attach: false });

    const disagreements = judged.filter(
      ({ candidate, kernel }) => kernel.load !== (candidate.note.direct ? 'EACCES' : 'ok'),
    );
    expect(disagreements).toEqual([]);
    const refused = judged.filter(({ kernel }) => kernel.load !== 'ok');
    expect(refused.filter(({ kernel }) => !kernel.log.includes('invalid bpf_context access'))).toEqual([]);
  });
});

function commonReads(kernel: KernelIndex): readonly Candidate<CommonRead>[] {
  const own = kernel.events.filter(
    ({ name }) => kernel.types.struct(`trace_event_raw_${name}`) !== undefined,
  );
  const events = [
    ...own.map(({ category, name }) => ({ category, name, struct: `trace_event_raw_${name}` })),
    { category: 'syscalls', name: 'sys_enter_fchmod', struct: 'trace_event_raw_sys_enter' },
    { category: 'syscalls', name: 'sys_enter_fchmod', struct: 'syscall_trace_enter' },
    { category: 'syscalls', name: 'sys_exit_fchmod', struct: 'trace_event_raw_sys_exit' },
    { category: 'syscalls', name: 'sys_exit_fchmod', struct: 'syscall_trace_exit' },
  ];
  return events.flatMap(({ category, name, struct }) =>
    commonFields.flatMap((field) =>
      [true, false].map((direct): Candidate<CommonRead> => {
        const program = `${struct}_${category}_${field}_${direct ? 'direct' : 'copied'}`.replaceAll('-', '_');
        const text = `SEC("tp/${category}/${name}")
int ${program}(struct ${struct} *ctx)
{
	return ${direct ? `ctx->ent.${field}` : `BPF_CORE_READ(ctx, ent.${field})`};
}
`;
        return { name: program, text, note: { struct, direct } };
      }),
    ),
  );
}
