/** Programs for the kernel's tables of functions: what is completed loads, and `prog-args` says what the verifier says. */
import { expect, test } from 'vitest';
import { checkSource } from '#server/check-source';
import { complete } from '#server/features/completion/index';
import { operationNames, operationsNamed } from '#server/traced/struct-ops';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { featureView } from '#support/feature-view';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const struct = 'tcp_congestion_ops';
const head = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
`;

/** A program for a member: its signature as it is completed, and what stands in its body. */
interface Asked {
  readonly name: string;
  readonly member: string;
  readonly text: string;
  /** Whether it reads an argument that there is not. */
  readonly isPast: boolean;
}

describeUnless(requireKernel(), 'struct_ops', () => {
  test('programs for each member load with the arguments that it has', async () => {
    const kernel = await liveKernel();
    const analyzer = await testAnalyzer();
    const { types } = kernel.index;
    const members = operationNames(types).filter((name) => operationsNamed(types, name, struct).length > 0);
    // All but get_info, for which the kernel takes none.
    expect(members.length).toBeGreaterThanOrEqual(12);

    const handler = (member: string): string => {
      const { view, cursors } = featureView(`SEC("struct_ops/${member}")\n/*|*/`, { analyzer, kernel });
      return complete(view, cursors[0] ?? -1).items[0]?.newText ?? '';
    };
    const asked = members.flatMap((member): readonly Asked[] => {
      const [operation] = operationsNamed(types, member, struct);
      const count = operation?.prototype.parameters.length ?? 0;
      const whole = handler(member);
      return [
        { suffix: 'plain', use: '' },
        { suffix: 'last', use: `bpf_printk("%d", ctx[${count - 1}]);` },
        { suffix: 'past', use: `bpf_printk("%d", ctx[${count}]);` },
      ].map(({ suffix, use }) => ({
        name: `${member}_${suffix}`,
        member,
        isPast: suffix === 'past',
        text: `SEC("struct_ops/${member}")\n${whole.replace('$0', use).replace(`struct_ops__${member}`, `${member}_${suffix}`)}\n`,
      }));
    });
    const table = ({ name, member }: Asked): string =>
      `SEC(".struct_ops") struct ${struct} o_${name} = { .${member} = (void *)${name}, .name = "x" };\n`;
    const source = head + asked.map((one) => one.text + table(one)).join('');

    const { path } = await compileBpf(source, { flags: ['-w'] });
    const verdicts = await loadPrograms(path, { attach: false });
    const findings = await checkSource(source, { analyzer, kernel });
    const told = new Set(
      findings.flatMap(({ code, span }) => {
        const [, name = ''] =
          /SEC\("struct_ops\/\w+"\)\n[^(]*\((\w+)[^]*$/.exec(
            source.slice(source.lastIndexOf('SEC("struct_ops/', span.start), span.start),
          ) ?? [];
        return code === 'prog-args' ? [name] : [`${name} ${code}`];
      }),
    );
    const wrong = verdicts.filter(({ program, load }) => (load !== 'ok') !== told.has(program));
    expect(wrong.map(({ program, load, log }) => `${program} ${load} ${log}`)).toEqual([]);
    expect([...told].sort()).toEqual(asked.flatMap(({ name, isPast }) => (isPast ? [name] : [])).sort());
    expect(verdicts).toHaveLength(asked.length);
  });
});
