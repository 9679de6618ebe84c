import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const head = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n#include <linux/errno.h>\n';
const program = (call: string, before = '') =>
  `${head}${before}SEC("tc")\nint f(struct __sk_buff *ctx)\n{\n\tif (x)\n\t\ty = ${call};\n\treturn 0;\n}\n`;

/** With a finding under the name. */
function marked(call: string, message: string): string {
  const [callee = ''] = /^\w+/.exec(call) ?? [];
  const caret = `//${' '.repeat(4)}${'^'.repeat(callee.length)} error[helper-unknown]: ${message}`;
  return program(`${call};\n${caret}\n`).replace('\n;', '\n');
}

describe('helper-unknown', () => {
  it.each([
    ['bpf_map_lookup_elm(&m, &k)', 'Did you mean bpf_map_lookup_elem?'],
    ['bpf_ktime_get_nss()', 'bpf_ktime_get_ns'],
    ['bpf_get_curent_pid_tgid()', 'bpf_get_current_pid_tgid'],
    ['bpf_ringbuf_reserv(&m, 8, 0)', 'There is no BPF helper bpf_ringbuf_reserv'],
    ['bpf_skb_load_byte(ctx, 0, &x, 4)', 'bpf_skb_load_bytes'],
  ])('%s', async (call, message) => {
    await checkFixture(marked(call, message), context);
  });

  it.each([
    ['a helper', 'bpf_map_lookup_elem(&m, &k)', ''],
    ['what is like no helper', 'bpf_my_own_function(1)', ''],
    ['a macro of libbpf', 'bpf_ntohs(1) + bpf_htonl(2)', ''],
    ['a kernel function', 'bpf_task_release(t)', ''],
    ['a kernel function that no header declares', 'bpf_strcmp(a, b)', ''],
    [
      'a function of the file',
      'bpf_map_lookup_elm(1)',
      'static int bpf_map_lookup_elm(int x) { return x; }\n',
    ],
    ['a declaration', 'bpf_map_lookup_elm(1)', 'extern void *bpf_map_lookup_elm(int x) __ksym;\n'],
    ['a macro', 'bpf_map_lookup_elm(1)', '#define bpf_map_lookup_elm(x) 0\n'],
    ['what a macro may make', 'bpf_map_lookup_elm(1)', '#define MAKE int bpf_map_lookup_elm(int x)\n'],
    ['a pointer', 'bpf_map_lookup_elm(1)', 'static long (*bpf_map_lookup_elm)(int x) = (void *)999;\n'],
    ['what another header may declare', 'bpf_map_lookup_elm(1)', '#include "common.h"\n'],
    ['a member', 'ops->bpf_map_lookup_elm(1)', ''],
    ['a comment', '1 /* bpf_map_lookup_elm(1) */', ''],
    ['a string', 'g("bpf_map_lookup_elm(1)")', ''],
  ])('is silent on %s', async (_, call, before) => {
    await checkFixture(program(call, before), context);
  });

  it('offers the name', async () => {
    const [finding] = await checkFixture(marked('bpf_ktime_get_nss()', ''), context);
    expect(finding?.fixes.map(({ preferred }) => preferred)).toEqual([true]);
    expect(finding && applyFix(program('bpf_ktime_get_nss()'), finding)).toBe(program('bpf_ktime_get_ns()'));
  });
});
