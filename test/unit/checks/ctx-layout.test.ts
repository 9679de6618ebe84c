import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-layout', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });

  it('reports a field that lies across two of the format, and what it moves', async () => {
    await checkFixture(
      `
struct switch_args {
	unsigned long long common;
	char prev_comm[16];
	long prev_pid;
//^^^^^^^^^^^^^^ warning[ctx-layout]: it at bytes 24 to 27
	int prev_prio;
//^^^^^^^^^^^^^^ warning[ctx-layout]: it at bytes 28 to 31
};
SEC("tp/sched/sched_switch")
int handle(struct switch_args *ctx)
{
	return ctx->prev_pid + ctx->prev_prio;
}
`.replaceAll(/^\t(?=(?:long|int) prev)/gm, '  '),
      context,
    );
  });

  it('offers the kernel’s struct, with every read renamed, and the program is clean afterwards', async () => {
    const source = `
struct fork_args {
	unsigned long long common;
	int parent_pid;
	int pad;
	int child_pid;
};
SEC("tp/sched/sched_wakeup_new")
int handle(struct fork_args *ctx)
{
	return ctx->pad;
}
`;
    const findings = await findingsOf(source, context);
    for (const finding of findings) {
      for (const fix of finding.fixes) {
        const fixed = applyFix(source, finding, fix.title);
        expect((await findingsOf(fixed, context)).filter(({ code }) => code === 'ctx-layout')).toEqual([]);
      }
    }
  });

  it('reports a field that stands where the format has another, and its fixes load what was meant', async () => {
    const source = `
struct openat_args {
	unsigned long long unused;
	long syscall_nr;
	const char *filename;
	long flags;
};

SEC("tp/syscalls/sys_enter_openat")
int handle(struct openat_args *args)
{
	return args->flags == 0;
}
`;
    const [finding, ...more] = await findingsOf(source, context);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'ctx-layout', severity: 'warning' });
    expect(finding?.message).toContain('it at bytes 32 to 39');
    expect(finding && source.slice(finding.span.start, finding.span.end)).toContain('flags');
    const kernels = finding && applyFix(source, finding, 'trace_event_raw_sys_enter');
    expect(kernels).toContain('handle(struct trace_event_raw_sys_enter *args)');
    expect(kernels).toContain('args->args[2] == 0');
    const rewritten = (finding && applyFix(source, finding, 'Rewrite')) ?? '';
    expect(await findingsOf(rewritten, context)).toEqual([]);
  });

  it('is silent on right layouts, partial reads and CO-RE structs', async () => {
    const sources = [
      `struct args { long long pad; int __syscall_nr; int pad2; long dfd; const char *filename; long flags; };
SEC("tp/syscalls/sys_enter_openat")
int handle(struct args *ctx) { return ctx->flags + ctx->dfd + ctx->__syscall_nr; }`,
      `struct args { long long pad; long nr; int dfd; int pad2; const char *filename; int flags; };
SEC("tp/syscalls/sys_enter_openat")
int handle(struct args *ctx) { return ctx->flags + ctx->dfd + ctx->nr; }`,
      `struct trace_event_raw_sched_switch___mine { int next_pid; } __attribute__((preserve_access_index));
SEC("tp/sched/sched_switch")
int handle(struct trace_event_raw_sched_switch___mine *ctx) { return ctx->next_pid; }`,
      `struct args { struct unknown_thing first; int flags; };
SEC("tp/syscalls/sys_enter_openat")
int handle(struct args *ctx) { return ctx->flags; }`,
      `struct args { char raw[8]; long id; unsigned long args[6]; };
SEC("tp/syscalls/sys_enter_openat")
int handle(struct args *ctx) { return ctx->args[3]; }`,
    ];
    for (const source of sources) expect(await findingsOf(source, context)).toEqual([]);
  });

  it('does not run into the range of ctx-record-range', () =>
    checkFixture(
      `
struct args { long long pad; long nr; long fd; long more; };
SEC("tp/syscalls/sys_enter_close")
int handle(struct args *ctx)
{
	return ctx->more;
	//     ^^^^^^^^^ error[ctx-record-range]: 24 bytes
}
`,
      context,
    ));

  it('is silent where a __data_loc is declared as its two halves', async () => {
    await checkFixture(
      `
struct exec_record {
	__u64 common;
	__u16 filename_at;
	__u16 filename_size;
	__u32 pid;
};
SEC("tp/sched/sched_process_exec")
int handle(struct exec_record *ctx)
{
	return ctx->filename_at + ctx->filename_size + ctx->pid;
}
`,
      context,
    );
  });
});
