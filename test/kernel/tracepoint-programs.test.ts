/**
 * What the kernel and libbpf do with tracepoint programs that are wrong in a known way. The checks and their messages
 * rest on these facts (docs/diagnostics/).
 */
import { expect, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { describeUnless } from '#support/requirement';

/** The SEC line, the parameter and the body of one program, and what becomes of it. */
interface Fact {
  readonly what: string;
  readonly section: string;
  readonly parameter?: string;
  readonly body?: string;
  readonly load: string;
  readonly attach?: string;
  readonly log?: string;
}

const sysEnter = 'struct trace_event_raw_sys_enter *ctx';

const facts: readonly Fact[] = [
  {
    what: 'args[n] past the arguments, read directly',
    section: 'tp/syscalls/sys_enter_fchmod',
    parameter: sysEnter,
    body: 'return ctx->args[2];',
    load: 'ok',
    attach: 'EACCES',
  },
  {
    what: 'args[n] past the arguments, copied',
    section: 'tp/syscalls/sys_enter_fchmod',
    parameter: sysEnter,
    body: 'return BPF_CORE_READ(ctx, args[5]);',
    load: 'ok',
    attach: 'ok',
  },
  {
    what: 'args[6], copied',
    section: 'tp/syscalls/sys_enter_fchmod',
    parameter: sysEnter,
    body: 'return BPF_CORE_READ(ctx, args[6]);',
    load: 'EINVAL',
    log: 'struct trace_event_raw_sys_enter + 0:2:6 failed: -22',
  },
  {
    what: 'all 8 bytes of ctx->id on a syscall without arguments',
    section: 'tp/syscalls/sys_enter_getpid',
    parameter: sysEnter,
    body: 'volatile long id = ctx->id; return id == 39;',
    load: 'ok',
    attach: 'EACCES',
  },
  {
    what: 'one byte of ctx->id on a syscall without arguments: a relocated load keeps its 8 bytes',
    section: 'tp/syscalls/sys_enter_getpid',
    parameter: sysEnter,
    body: 'return (unsigned char)ctx->id;',
    load: 'ok',
    attach: 'EACCES',
  },
  {
    what: 'all 8 bytes of ctx->id on a syscall with arguments',
    section: 'tp/syscalls/sys_enter_fchmod',
    parameter: sysEnter,
    body: 'volatile long id = ctx->id; return id == 39;',
    load: 'ok',
    attach: 'ok',
  },
  {
    what: 'a write to ctx',
    section: 'tp/syscalls/sys_enter_fchmod',
    parameter: sysEnter,
    body: 'ctx->args[0] = 1; return 0;',
    load: 'EACCES',
    log: 'invalid bpf_context access',
  },
  {
    what: 'a string of a __data_loc field, dereferenced',
    section: 'tp/sched/sched_process_exec',
    parameter: 'struct trace_event_raw_sched_process_exec *ctx',
    body: 'return *((char *)ctx + (ctx->__data_loc_filename & 0xffff));',
    load: 'EACCES',
    log: 'variable ctx access',
  },
  {
    what: 'a string of a __data_loc field, copied',
    section: 'tp/sched/sched_process_exec',
    parameter: 'struct trace_event_raw_sched_process_exec *ctx',
    body: `char name[16];
	return bpf_probe_read_kernel_str(name, sizeof(name), (void *)ctx + (ctx->__data_loc_filename & 0xffff));`,
    load: 'ok',
    attach: 'ok',
  },
  {
    what: 'a user-space pointer, dereferenced',
    section: 'tp/syscalls/sys_enter_openat',
    parameter: sysEnter,
    body: 'return *(char *)ctx->args[1];',
    load: 'EACCES',
    log: "invalid mem access 'scalar'",
  },
  { what: 'an unknown event', section: 'tp/syscalls/sys_enter_nosuch', load: 'ok', attach: 'ENOENT' },
  { what: 'an unknown category', section: 'tp/nosuch/sched_switch', load: 'ok', attach: 'ENOENT' },
  { what: 'tp without target', section: 'tp', load: 'ok', attach: 'EOPNOTSUPP' },
  { what: 'tracepoint without target', section: 'tracepoint', load: 'ok', attach: 'EOPNOTSUPP' },
  { what: 'an event without category', section: 'tp/sched_switch', load: 'ok', attach: 'EINVAL' },
  { what: 'a colon for the slash', section: 'tp/sched:sched_switch', load: 'ok', attach: 'EINVAL' },
  { what: 'more than two parts', section: 'tp/sched/sched_switch/v2', load: 'ok', attach: 'ENOENT' },
  { what: 'a blank in the name', section: 'tp/sched/sched switch', load: 'ok', attach: 'ENOENT' },
  { what: 'a blank at the end', section: 'tp/sched/sched_switch ', load: 'ok', attach: 'ENOENT' },
  { what: 'the long form', section: 'tracepoint/sched/sched_switch', load: 'ok', attach: 'ok' },
  { what: 'an optional program', section: '?tp/sched/sched_switch', load: 'ok', attach: 'ok' },
  { what: 'an event of ftrace itself', section: 'tp/ftrace/function', load: 'ok', attach: 'EPERM' },
  {
    what: 'an unknown section',
    section: 'tpp/sched/sched_switch',
    load: 'EINVAL',
    log: 'missing BPF prog type',
  },
];

describeUnless(requireKernel(), 'tracepoint programs', () => {
  test('become what the checks say', async () => {
    const { path } = await compileBpf(
      `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
char LICENSE[] SEC("license") = "GPL";
${facts.map(source).join('\n')}`,
    );
    const verdicts = new Map(
      (await loadPrograms(path, { attach: true })).map((verdict) => [verdict.program, verdict]),
    );
    const became = facts.map(({ what, log }, i) => {
      const verdict = verdicts.get(`fact_${i}`);
      return { what, load: verdict?.load, attach: verdict?.attach, log: log && verdict?.log };
    });
    expect(became).toEqual(
      facts.map(({ what, load, attach, log }) => ({
        what,
        load,
        attach,
        log: log && (expect.stringContaining(log) as string),
      })),
    );
  });
});

function source({ section, parameter = 'void *ctx', body = 'return 0;' }: Fact, i: number): string {
  return `SEC("${section}") int fact_${i}(${parameter})\n{\n\t${body}\n}`;
}
