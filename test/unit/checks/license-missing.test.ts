import { describe, expect, it } from 'vitest';
import { checkSource } from '#server/check-source';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import { parseMarkers } from '#support/markers';
import { fixtureContext } from './context';

const context = { ...(await fixtureContext()), ownLicense: true } as const;
const program = (body: string) => `SEC("xdp")\nint f(struct xdp_md *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;
describe('license-missing', () => {
  it('reports the first call that needs one, and the fix declares it', async () => {
    const source = `#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n${program(
      'bpf_ktime_get_ns(); bpf_fib_lookup(ctx, &p, 64, 0); bpf_printk("x");\n\t//                  ^^^^^^^^^^^^^^ warning[license-missing]: GPL compatible',
    )}`;
    const [finding] = await checkFixture(source, context);
    const { text } = parseMarkers(source);
    const fixed = finding && applyFix(text, finding);
    expect(fixed).toBe(`${text}\nchar LICENSE[] SEC("license") = "GPL";\n`);
    expect(finding?.fixes[0]?.preferred).toBe(true);
    expect(await findingsOf(fixed ?? '', context)).toEqual([]);
  });

  it.each([
    ['no helper that needs one', program('bpf_ktime_get_ns();')],
    ['no program', 'static int f(void) { bpf_printk("x"); return 0; }\n'],
    ['a license', `${program('bpf_printk("x");')}char L[] SEC("license") = "GPL";\n`],
    [
      'a license that is an attribute',
      `${program('bpf_printk("x");')}char L[] __attribute__((section("license"))) = "GPL";\n`,
    ],
    ['a macro that may be one', `BPF_LICENSE("GPL");\n${program('bpf_printk("x");')}`],
    ['a header of the project', `#include "common.h"\n${program('bpf_printk("x");')}`],
    ['a header of another project', `#include <cilium/license.h>\n${program('bpf_printk("x");')}`],
  ])('is silent with %s', async (_, source) => {
    await checkFixture(source, context);
  });

  it('is silent in a header', async () => {
    const uri = 'file:///common.h';
    expect(
      await checkSource(program('bpf_printk("x");'), {
        analyzer: context.analyzer,
        kernel: context.kernel,
        uri,
      }),
    ).toEqual([]);
  });

  it('takes no license out of a comment', async () => {
    await checkFixture(
      `// SPDX-License-Identifier: GPL-2.0\n${program('return bpf_get_stack(ctx, b, 8, 0);\n\t//     ^^^^^^^^^^^^^ warning[license-missing]').replace('xdp', 'perf_event')}`,
      context,
    );
  });
});
