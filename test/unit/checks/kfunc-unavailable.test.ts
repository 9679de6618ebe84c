/**
 * bpf_task_acquire and bpf_cpumask_create are for tracing programs, among others, and no raw tracepoint; bpf_copy_from_user_str
 * may sleep; bpf_sock_destroy is for iterators. bpf_map_sum_elem_count is for everybody.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { severalKernels } from '#support/bundled';
import { checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

const create = 'extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;';
const copy =
  'extern int bpf_copy_from_user_str(void *dst, u32 dst__sz, const void *unsafe_ptr__ign, u64 flags) __ksym;';
const destroy = 'extern int bpf_sock_destroy(struct sock_common *sock) __ksym;';
const slowStart = 'extern u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;';

describe('kfunc-unavailable', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });
  const program = (declarations: string, body: string, section = 'raw_tp/sched_switch') =>
    `${declarations}\nSEC("${section}")\nint handle(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

  it('reports what is not for such programs, and says for which it is', async () => {
    const source = program(
      create,
      'return !bpf_cpumask_create();\n//       ^^^^^^^^^^^^^^^^^^ error[kfunc-unavailable]: not for programs of raw_tp',
    );
    const [finding] = await checkFixture(source, context);
    expect(finding?.message).toMatch(
      /^bpf_cpumask_create is not for programs of raw_tp \(raw_tracepoint\) on kernel 6\.18\.44-fc-v\d+: the verifier refuses the program\. Program types that may call it: .*\btracing\b.*\.$/,
    );
    expect(finding?.message.replace(/^.*may call it/, '')).not.toMatch(/\b(?:xdp|raw_tracepoint)\b/);
  });

  it('tells what is for programs that may sleep', async () => {
    const body = 'bpf_copy_from_user_str(ctx, 8, ctx, 0);';
    const [finding, ...others] = await findingsOf(program(copy, body, 'iter/task'), context);
    expect(others).toEqual([]);
    expect(finding?.message).toBe(
      'bpf_copy_from_user_str is for programs that may sleep, and a program of iter must not: the verifier refuses it. Programs of iter.s may call it.',
    );
    expect(await findingsOf(program(copy, body, 'iter.s/task'), context)).toEqual([]);
    expect(await findingsOf(program(copy, body, 'syscall'), context)).toEqual([]);
  });

  it('knows what hangs on the attach type, and operations of structs', async () => {
    const [finding] = await findingsOf(
      program(destroy, 'bpf_sock_destroy(ctx);', 'tp_btf/sched_switch'),
      context,
    );
    expect(finding?.code).toBe('kfunc-unavailable');
    expect(finding?.message).toMatch(
      /Program types that may call it: tracing \(trace_iter\); lsm was not asked\.$/,
    );
    expect(await findingsOf(program(destroy, 'bpf_sock_destroy(ctx);', 'iter/tcp'), context)).toEqual([]);
    const operation = program(slowStart, 'tcp_slow_start(ctx, 1);', 'struct_ops/ssthresh');
    expect(await findingsOf(operation, context)).toEqual([]);
    const other = await findingsOf(program(slowStart, 'tcp_slow_start(ctx, 1);', 'tc'), context);
    expect(other.map(({ code }) => code)).toEqual(['kfunc-unavailable']);
  });

  it('takes what vmlinux.h declares, where no other header may define it', async () => {
    const headers = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n';
    const codes = async (before: string) =>
      (await findingsOf(program(before, 'bpf_cpumask_create();'), context)).map(({ code }) => code);
    expect(await codes(headers)).toEqual(['kfunc-unavailable']);
    expect(await codes(`${headers}#include "compat.h"\n`)).toEqual([]);
    expect(await codes('#include <bpf/bpf_helpers.h>\n')).toEqual([]);
    expect(await codes(`${headers}int bpf_cpumask_create(void);\n`)).toEqual([]);
    expect(await codes(`${headers}#define bpf_cpumask_create() 0\n`)).toEqual([]);
    expect(await codes(`${headers}static int bpf_cpumask_create(void)\n{\n\treturn 0;\n}\n`)).toEqual([]);
  });

  it('reads declarations without extern', async () => {
    const codes = async (declaration: string) =>
      (await findingsOf(program(declaration, 'bpf_sock_destroy(ctx);', 'tp_btf/x'), context)).map(
        ({ code }) => code,
      );
    expect(await codes(destroy.replace('extern ', ''))).toEqual(['kfunc-unavailable']);
    expect(await codes(`__weak ${destroy.replace('extern ', '')}`)).toEqual(['kfunc-unavailable']);
    const attribute = '__attribute__((address_space(1)))';
    expect(await codes(destroy.replace('extern int', `extern ${attribute} int ${attribute}`))).toEqual([
      'kfunc-unavailable',
    ]);
    // A variable, a type, and what libbpf does not look for in the kernel.
    expect(await codes('int bpf_sock_destroy __ksym;')).toEqual([]);
    expect(await codes('typedef int bpf_sock_destroy(void) __ksym;')).toEqual([]);
    expect(await codes('int bpf_sock_destroy(struct sock_common *sock);')).toEqual([]);
  });

  it('says on which kernels it holds', async () => {
    const kernel = await severalKernels('6.18-microvm-amd64', ['6.12-debian-amd64']);
    const [finding] = await findingsOf(program(create, 'bpf_cpumask_create();'), { ...context, kernel });
    expect(finding?.holdsOn).toHaveLength(2);
  });

  it('knows kernels between two that were asked, where both say no', async () => {
    const key = 'extern void bpf_key_put(struct bpf_key *bkey) __ksym;';
    for (const [release, count] of [
      ['6.8.0-40-generic', 1],
      ['6.12.0-55.el10.x86_64', 0],
      ['6.0.0-1-generic', 0],
      ['6.19.0-arch1-1', 0],
    ] as const) {
      const base = (await fixtureContext('6.12-debian-amd64')).kernel;
      const provenance = { ...base.index.provenance, release };
      const index = Object.create(base.index, { provenance: { value: provenance } }) as typeof base.index;
      const kernel = { ...base, index };
      const found = await findingsOf(program(key, 'bpf_key_put(ctx);', 'xdp'), { ...context, kernel });
      expect([release, found.filter(({ code }) => code === 'kfunc-unavailable').length]).toEqual([
        release,
        count,
      ]);
    }
  });

  it.each([
    // For everybody.
    [
      'extern s64 bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;',
      'bpf_map_sum_elem_count(ctx);',
      'xdp',
    ],
    [create, 'bpf_cpumask_create();', 'tp_btf/sched_switch'],
    // Not loaded unless asked for, replaces a function, not called, not certainly called, guarded, under #if.
    [create, 'bpf_cpumask_create();', '?raw_tp/sched_switch'],
    [create, 'bpf_cpumask_create();', 'freplace/other'],
    [create, '', 'raw_tp/sched_switch'],
    [create, 'while (0)\n\t\tbpf_cpumask_create();', 'raw_tp/sched_switch'],
    [create, 'if (bpf_ksym_exists(bpf_cpumask_create))\n\t\tbpf_cpumask_create();', 'raw_tp/sched_switch'],
    [create, '#ifdef X\n\tbpf_cpumask_create();\n#endif', 'raw_tp/sched_switch'],
    [create, 'ctx->bpf_cpumask_create();', 'raw_tp/sched_switch'],
    // A program that must be bound to a device may.
    [
      'extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, u64 *timestamp) __ksym;',
      'u64 t;\n\tbpf_xdp_metadata_rx_timestamp(ctx, &t);',
      'xdp',
    ],
  ])('is silent: %s %s %s', async (declaration, body, section) => {
    expect(
      (await findingsOf(program(declaration, body, section), context)).filter(
        ({ code }) => code === 'kfunc-unavailable',
      ),
    ).toEqual([]);
  });
});
