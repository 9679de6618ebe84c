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

  it.each([
    'if (knows(ctx)) return ctx->gone; return 0;',
    'if (!knows(ctx)) return 0; return ctx->gone;',
    'if (!settings[1]) return 0; return reads(ctx);',
    'if (HAS(ctx->gone)) return ctx->gone; return 0;',
    'if (has_member(ctx, gone)) return ctx->gone; return 0;',
    'int x = 0; IF_NEW(x = ctx->gone); return x;',
    'if (settings[1]) return ctx->gone; return 0;',
    'if (bpf_ksym_exists(bpf_new_kfunc)) return ctx->gone; return 0;',
  ])('is silent where the author’s own function, macro or setting may be the guard: %s', async (body) => {
    const source = guarded(body);
    expect(await findingsOf(source, context)).toEqual([]);
  });

  it('is not silent behind a condition that the kernel answers when it runs', async () => {
    const conditions = ['bpf_get_smp_processor_id() == 1', 'BPF_CORE_READ(ctx, next_pid)', 'ctx->next_pid'];
    for (const condition of conditions) {
      const findings = await findingsOf(guarded(`if (${condition}) return 0; return ctx->gone;`), context);
      expect(findings.map(({ code }) => code)).toEqual(['ctx-unknown-field']);
    }
  });
});

function guarded(body: string): string {
  return `
#define HAS(member) bpf_core_field_exists(member)
#define has_member(record, member) bpf_core_field_exists((record)->member)
#define IF_NEW(statement) do { if (bpf_core_type_exists(struct some_new_struct)) { statement; } } while (0)
const volatile bool settings[4];
static bool knows(struct trace_event_raw_sched_switch *ctx) { return bpf_core_field_exists(ctx->gone); }
static int reads(struct trace_event_raw_sched_switch *ctx) { return ctx->gone; }

SEC("tp/sched/sched_switch")
int handle(struct trace_event_raw_sched_switch *ctx)
{
	${body}
}
`;
}
