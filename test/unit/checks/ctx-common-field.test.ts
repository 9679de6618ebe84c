import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-common-field', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('reports a direct read, and offers what common_pid is', async () => {
    const source = `
SEC("tp/sched/sched_switch")
int handle(struct trace_event_raw_sched_switch *ctx)
{
	return ctx->ent.pid;
	//     ^^^^^^^^^^^^ error[ctx-common-field]: verifier refuses
}
`;
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toContain('return (__u32)bpf_get_current_pid_tgid();');
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it('reports fields of hand-written structs in the first eight bytes, and raw offsets', async () => {
    await checkFixture(
      `
struct args { unsigned short common_type; unsigned char common_flags; unsigned char common_preempt_count; int common_pid; long nr; };
SEC("tp/syscalls/sys_enter_close")
int handle(struct args *ctx)
{
	return ctx->common_type;
	//     ^^^^^^^^^^^^^^^^ error[ctx-common-field]
}
`,
      context,
    );
    await checkFixture(
      `
SEC("tp/sched/sched_switch")
int handle(unsigned long long *ctx)
{
	return ctx[0];
	//     ^^^^^^ error[ctx-common-field]
}
`,
      context,
    );
  });

  it('warns where a helper copies them', () =>
    checkFixture(
      `
SEC("tp/sched/sched_switch")
int handle(struct trace_event_raw_sched_switch *ctx)
{
	return BPF_CORE_READ(ctx, ent.pid);
	//                        ^^^^^^^ warning[ctx-common-field]: rubbish
}
`,
      context,
    ));

  it('is silent on a copy of the whole record', async () => {
    expect(
      await findingsOf(
        `
struct args { char raw[64]; };
SEC("tp/sched/sched_switch")
int handle(struct args *ctx)
{
	struct args copy;
	bpf_probe_read_kernel(&copy, sizeof(copy), &ctx->raw);
	return copy.raw[9];
}
`,
        context,
      ),
    ).toEqual([]);
  });
});
