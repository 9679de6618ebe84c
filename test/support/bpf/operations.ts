/** Programs for the members of a kernel's table of functions: what is said of them, and what a kernel does. */
import { checkSource } from '#server/check-source';
import { complete } from '#server/features/completion/index';
import { operationNames, operationsNamed } from '#server/traced/struct-ops';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { featureView } from '#support/feature-view';
import { compileBpf } from './compile';
import type { ProgramVerdict } from './loader';

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
  /** It reads an argument that there is not. */
  readonly isPast: boolean;
}

export interface OperationsComparison {
  /** Refused and not reported, or reported and not refused; or reported of what has all its arguments. */
  readonly wrong: readonly string[];
  readonly refused: number;
  readonly taken: number;
}

export async function compareOperations(
  kernel: KernelView,
  load: (path: string) => Promise<readonly ProgramVerdict[]>,
): Promise<OperationsComparison> {
  const analyzer = await testAnalyzer();
  const { types } = kernel.index;
  const handler = (member: string): string => {
    const { view, cursors } = featureView(`SEC("struct_ops/${member}")\n/*|*/`, { analyzer, kernel });
    return complete(view, cursors[0] ?? -1).items[0]?.newText ?? '';
  };
  const members = operationNames(types).filter((name) => operationsNamed(types, name, struct).length > 0);
  const asked = members.flatMap((member): readonly Asked[] => {
    const [operation] = operationsNamed(types, member, struct);
    const count = operation?.prototype.parameters.length ?? 0;
    const uses = {
      plain: '',
      last: `bpf_printk("%d", ctx[${count - 1}]);`,
      past: `bpf_printk("%d", ctx[${count}]);`,
    };
    return Object.entries(uses).map(([suffix, use]) => {
      const name = `${member}_${suffix}`;
      const program = handler(member).replace('$0', use).replace(`struct_ops__${member}`, name);
      const text = `SEC("struct_ops/${member}")\n${program}\n`;
      return { name, member, text, isPast: suffix === 'past' };
    });
  });
  const table = ({ name, member }: Asked): string =>
    `SEC(".struct_ops") struct ${struct} o_${name} = { .${member} = (void *)${name}, .name = "x" };\n`;
  const source = head + asked.map((one) => one.text + table(one)).join('');
  const { path } = await compileBpf(source, { flags: ['-w'] });
  const verdicts = new Map((await load(path)).map((one) => [one.program, one]));
  const findings = await checkSource(source, { analyzer, kernel });

  let position = head.length;
  const wrong = asked.flatMap((one) => {
    const { name, isPast, text } = one;
    const [start, end] = [position, position + text.length + table(one).length];
    position = end;
    const said = findings.flatMap(({ span, code }) =>
      span.start >= start && span.start < end ? [code] : [],
    );
    const verdict = verdicts.get(name);
    const isRight =
      (verdict?.load === 'ok') === (said.length === 0) && said.join() === (isPast ? 'prog-args' : '');
    return isRight
      ? []
      : [`${name}: said ${said.join()}, ${verdict?.load ?? 'not loaded'} ${verdict?.log ?? ''}`];
  });
  const taken = [...verdicts.values()].filter(({ load: verdict }) => verdict === 'ok').length;
  return { wrong, refused: verdicts.size - taken, taken };
}
