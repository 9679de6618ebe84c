import { beforeAll, describe, expect, it } from 'vitest';
import { checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-record-range', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('reports raw offsets and words past the record', async () => {
    await checkFixture(
      `
SEC("tp/sched/sched_process_exec")
int handle(void *ctx)
{
	return *(int *)(ctx + 20);
	//     ^^^^^^^^^^^^^^^^^^ error[ctx-record-range]: EACCES
}
`,
      context,
    );
    await checkFixture(
      `
SEC("tp/syscalls/sys_enter_close")
int handle(__u64 *ctx)
{
	return ctx[3];
	//     ^^^^^^ error[ctx-record-range]: 24 bytes
}
`,
      context,
    );
  });

  it('reports the syscall number of a syscall without arguments where all eight bytes are loaded', async () => {
    await checkFixture(
      `
SEC("tp/syscalls/sys_enter_getpid")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	long nr = ctx->id;
	//        ^^^^^^^ error[ctx-record-range]
	bpf_printk("%ld", nr);
	return 0;
}
`,
      context,
    );
    for (const narrowed of ['int nr = ctx->id;', 'long nr = (int)ctx->id;']) {
      const source = `SEC("tp/syscalls/sys_enter_getpid")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	${narrowed}
	bpf_printk("%ld", nr);
	return 0;
}`;
      expect(await findingsOf(source, context)).toEqual([]);
    }
  });

  it('is silent inside the record, and on reads by a helper', async () => {
    const sources = [
      'int handle(void *ctx) { return *(int *)(ctx + 16); }',
      'int handle(void *ctx) { int v; bpf_probe_read_kernel(&v, 4, ctx + 20); return v; }',
      'int handle(struct trace_event_raw_sched_process_exec *ctx) { return ctx->old_pid; }',
      'int handle(struct trace_event_raw_sched_process_exec *ctx) { char b[8]; bpf_probe_read_kernel_str(b, 8, (void *)ctx + (ctx->__data_loc_filename & 0xffff)); return b[0]; }',
    ];
    for (const source of sources) {
      expect(await findingsOf(`SEC("tp/sched/sched_process_exec")\n${source}\n`, context)).toEqual([]);
    }
  });

  it('is silent where an array is only an address', async () => {
    const source = `
struct args { char common[8]; int loc; int pid; int old_pid; char data[64]; };
SEC("tp/sched/sched_process_exec")
int handle(struct args *ctx)
{
	char b[8];
	bpf_probe_read_kernel(b, sizeof(b), ctx->data);
	bpf_probe_read_kernel(b, sizeof(b), ctx->common);
	return b[0];
}
`;
    expect(await findingsOf(source, context)).toEqual([]);
  });
});
