/** The harness itself: one verdict per program, and a program at work. */
import { open, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms, runPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { mustRun } from '#support/process';
import { describeUnless } from '#support/requirement';

/** Names that no other run of the tests on this machine has: `bpftool prog list` shows theirs too. */
const leftBehind = `left_${process.pid}`;
const onFchmod = `chmod_${process.pid}`;

const prelude = `
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
`;

describeUnless(requireKernel(), 'loadPrograms', () => {
  test('gives each program its own verdict', async () => {
    const { path } = await compileBpf(`${prelude}
      struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
      SEC("tp/syscalls/sys_enter_fchmod") int refused_by_verifier(void *ctx) { return *(volatile int *)-1; }
      SEC("tp/syscalls/sys_enter_fchmod") int refused_at_attach(struct trace_event_raw_sys_enter *ctx) { return ctx->args[2]; }
      SEC("tracepoint/syscalls/sys_enter_fchmod") int fine(struct trace_event_raw_sys_enter *ctx) {
        __u32 key = 0; __u64 mode = ctx->args[1];
        bpf_map_update_elem(&seen, &key, &mode, 0);
        return 0;
      }
      SEC("?tp/syscalls/sys_enter_fchmod") int optional(void *ctx) { return 0; }
      SEC("raw_tp/sys_enter") int other_type(void *ctx) { return 0; }
      SEC("no_such_type/x") int unknown_section(void *ctx) { return 0; }`);
    const verdicts = await loadPrograms(path, { attach: true });
    const byName = Object.fromEntries(verdicts.map(({ program, load, attach }) => [program, [load, attach]]));
    expect(byName).toEqual({
      refused_by_verifier: ['EACCES', undefined],
      refused_at_attach: ['ok', 'EACCES'],
      fine: ['ok', 'ok'],
      optional: ['ok', 'ok'],
      other_type: ['ok', 'ok'],
      unknown_section: ['EINVAL', undefined],
    });
    expect(verdicts.find(({ program }) => program === 'refused_by_verifier')?.log).toContain(
      "invalid mem access 'scalar'",
    );
    expect(verdicts.find(({ program }) => program === 'unknown_section')?.log).toContain(
      'missing BPF prog type',
    );
  });

  test('judges by the license of the object', async () => {
    const body = `SEC("tp/sched/sched_switch") int gpl_helper(void *ctx) { return bpf_get_current_task() != 0; }`;
    const source = `#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "Proprietary";\n${body}`;
    const { path } = await compileBpf(source);
    const [verdict] = await loadPrograms(path, { attach: false });
    expect(verdict).toMatchObject({ load: 'EINVAL', attach: undefined });
    expect(verdict?.log).toContain('cannot call GPL-restricted function');
  });

  test('judges the others where libbpf cannot relocate one', async () => {
    const { path } = await compileBpf(`${prelude}
      #include <bpf/bpf_core_read.h>
      SEC("tp/syscalls/sys_enter_fchmod") int beyond(struct trace_event_raw_sys_enter *ctx) { return BPF_CORE_READ(ctx, args[6]); }
      SEC("tp/syscalls/sys_enter_fchmod") int fine(struct trace_event_raw_sys_enter *ctx) { return ctx->args[0]; }`);
    const verdicts = await loadPrograms(path, { attach: true });
    expect(verdicts).toMatchObject([
      { program: 'beyond', load: 'EINVAL', attach: undefined },
      { program: 'fine', load: 'ok', attach: 'ok' },
    ]);
    expect(verdicts[0]?.log).toContain('failed to relocate');
  });

  test('leaves nothing attached and nothing loaded', async () => {
    const { path } = await compileBpf(
      `${prelude} SEC("tp/sched/sched_switch") int ${leftBehind}(void *ctx) { return 0; }`,
    );
    expect(await loadPrograms(path, { attach: true })).toMatchObject([{ attach: 'ok' }]);
    expect(await mustRun('bpftool', ['prog', 'list'])).not.toContain(leftBehind);
  });
});

describeUnless(requireKernel(), 'runPrograms', () => {
  const counter = `${prelude}
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); __type(key, __u32); __type(value, __u64); } modes SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
    SEC("tp/syscalls/sys_enter_fchmod") int ${onFchmod}(struct trace_event_raw_sys_enter *ctx) {
      __u32 mode = ctx->args[1];
      __u64 one = 1;
      bpf_map_update_elem(&modes, &mode, &one, 0);
      bpf_ringbuf_output(&events, &mode, sizeof(mode), 0);
      return 0;
    }`;

  test('returns the records and the maps of what happened meanwhile', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { path } = await compileBpf(counter);
    const directory = await open(folder);
    onTestFinished(() => directory.close());
    const mode = 0o1731;
    const result = await runPrograms(path, { maps: ['modes'], during: () => directory.chmod(mode) });
    expect(result.programs).toMatchObject([{ program: onFchmod, load: 'ok', attach: 'ok' }]);
    const word = Buffer.from(Uint32Array.of(mode).buffer);
    expect(result.records.filter(({ map, data }) => map === 'events' && data.equals(word))).toHaveLength(1);
    const entry = result.maps.get('modes')?.find(({ key }) => key.equals(word));
    expect(entry?.value.readBigUInt64LE()).toBe(1n);
  });

  test('rejects where the object does not load, and says why', async () => {
    const { path } = await compileBpf(
      `${prelude} SEC("tp/sched/sched_switch") int bad(void *ctx) { return *(volatile int *)-1; }`,
    );
    await expect(runPrograms(path, { during: () => Promise.resolve() })).rejects.toThrow(
      "invalid mem access 'scalar'",
    );
  });

  test('ends the loader where the caller fails', async () => {
    const { path } = await compileBpf(counter);
    const during = (): Promise<never> => Promise.reject(new Error('the test failed'));
    await expect(runPrograms(path, { during })).rejects.toThrow('the test failed');
    expect(await mustRun('bpftool', ['prog', 'list'])).not.toContain(onFchmod);
  });
});
