import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-unknown-field', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('turns an argument’s name into its element of args', async () => {
    const source = `
SEC("tp/syscalls/sys_enter_openat")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	return ctx->flags;
	//          ^^^^^ error[ctx-unknown-field]: args[2]
}
`;
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toContain('return ctx->args[2];');
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it('offers the nearest field, and the __data_loc member of a string', async () => {
    await checkFixture(
      `
SEC("tp/sched/sched_switch")
int handle(struct trace_event_raw_sched_switch *ctx)
{
	return ctx->nxt_pid;
	//          ^^^^^^^ error[ctx-unknown-field]: Did you mean next_pid
}
`,
      context,
    );
    await checkFixture(
      `
SEC("tp/sched/sched_process_exec")
int handle(struct trace_event_raw_sched_process_exec *ctx)
{
	return ctx->filename;
	//          ^^^^^^^^ error[ctx-unknown-field]: __data_loc_filename
}
`,
      context,
    );
  });

  it('is silent under guards and on members that are there', async () => {
    const bodies = [
      'if (bpf_core_field_exists(ctx->gone)) return ctx->gone; return 0;',
      'return ctx->next_pid + ctx->ent.pid * 0;',
      'return bpf_core_field_exists(ctx->gone);',
    ];
    for (const body of bodies) {
      const source = `SEC("tp/sched/sched_switch")\nint handle(struct trace_event_raw_sched_switch *ctx)\n{\n\t${body}\n}\n`;
      const codes = (await findingsOf(source, context)).map(({ code }) => code);
      expect(codes).not.toContain('ctx-unknown-field');
    }
  });
});
