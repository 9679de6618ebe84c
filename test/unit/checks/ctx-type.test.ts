import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-type', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('reports the other side of a syscall', async () => {
    const source = `
SEC("tp/syscalls/sys_enter_openat")
int handle(struct trace_event_raw_sys_exit *ctx)
//                ^^^^^^^^^^^^^^^^^^^^^^^^ warning[ctx-type]: trace_event_raw_sys_enter
{
	return ctx->ret;
}
`;
    const [finding] = await checkFixture(source, context);
    expect(finding && applyFix(source, finding)).toContain(
      'int handle(struct trace_event_raw_sys_enter *ctx)',
    );
  });

  it('reports a struct that this kernel does not have, with the class’s', async () => {
    const source = `
#include "vmlinux.h"
SEC("tp/sched/sched_wakeup")
int handle(struct trace_event_raw_sched_wakeup *ctx)
//                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[ctx-type]: struct trace_event_raw_sched_wakeup_template
{
	return ctx->pid;
}
`;
    const [finding] = await checkFixture(source, context);
    expect(finding && (await findingsOf(applyFix(source, finding), context))).toEqual([]);
  });

  it('reports a member that the class’s struct has lost', () =>
    // Since 6.16 the event has a struct of its own, and the class's `comm` is a __data_loc.
    checkFixture(
      `
SEC("tp/sched/sched_process_exit")
int handle(struct trace_event_raw_sched_process_template *ctx)
//                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[ctx-type]: does not load
{
	return ctx->comm[0];
}
`,
      context,
    ));

  it('says that the attach fails where a read goes past the record', () =>
    checkFixture(
      `
SEC("tp/syscalls/sys_enter_close")
int handle(struct pt_regs *ctx)
//                ^^^^^^^ error[ctx-type]: EACCES
{
	return ctx->di;
}
`,
      context,
    ));

  it('reports a cast to the wrong struct where the tag stands', () =>
    checkFixture(
      `
SEC("tp/sched/sched_switch")
int handle(void *ctx)
{
	struct trace_event_raw_sched_process_fork *args = ctx;
	//     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[ctx-type]: struct trace_event_raw_sched_switch
	return args->child_pid;
}
`,
      context,
    ));

  const silent: readonly [string, string][] = [
    [
      'an unread ctx',
      'SEC("tp/sched/sched_process_exit")\nint handle(struct trace_event_raw_sched_process_template *ctx) { return 0; }',
    ],
    ['void *', 'SEC("tp/sched/sched_switch")\nint handle(void *ctx) { return ctx != 0; }'],
    [
      'pt_regs that nobody reads',
      'SEC("tp/syscalls/sys_enter_openat")\nint handle(struct pt_regs *regs) { return 0; }',
    ],
    ['no parameter', 'SEC("tp/sched/sched_switch")\nint handle() { return 0; }'],
    [
      'both right structs of a syscall',
      `SEC("tp/syscalls/sys_enter_openat")
int a(struct syscall_trace_enter *ctx) { return ctx->args[1]; }
SEC("tracepoint/syscalls/sys_exit_openat")
int b(struct syscall_trace_exit *ctx) { return ctx->ret; }`,
    ],
    [
      'members that another struct has at the same place',
      `SEC("tp/sched/sched_waking")
int handle(struct trace_event_raw_sched_wakeup_template *ctx) { return ctx->pid; }`,
    ],
    [
      'a flavour behind bpf_core_type_exists',
      `struct trace_event_raw_block_rq_completion___x { unsigned int dev; } __attribute__((preserve_access_index));
struct trace_event_raw_block_rq_complete___x { unsigned int dev; } __attribute__((preserve_access_index));
SEC("tp/block/block_rq_complete")
int handle(void *ctx)
{
	if (bpf_core_type_exists(struct trace_event_raw_block_rq_completion___x)) {
		struct trace_event_raw_block_rq_completion___x *c = ctx;
		return BPF_CORE_READ(c, dev);
	}
	struct trace_event_raw_block_rq_complete___x *c = ctx;
	return BPF_CORE_READ(c, dev);
}`,
    ],
    [
      'a missing header that may define the struct',
      `#include "types.h"
SEC("tp/sched/sched_wakeup")
int handle(struct trace_event_raw_sched_wakeup *ctx) { return ctx->pid; }`,
    ],
    [
      'one body under two signatures',
      `SEC("tp/syscalls/sys_enter_openat")
#ifdef OLD
int handle(struct trace_event_raw_sys_exit *ctx)
#else
int handle(struct trace_event_raw_sys_enter *ctx)
#endif
{
	return ctx->args[1];
}`,
    ],
  ];
  it.each(silent)('is silent on %s', async (title, source) => {
    const headers = title.includes('missing header')
      ? {
          hasVmlinux: false,
          complete: false,
          struct: () => undefined,
          typedef: () => undefined,
          macro: () => false,
        }
      : undefined;
    expect(await findingsOf(source, headers ? { ...context, headers } : context)).toEqual([]);
  });
});
