/** Names that nothing declares, as clang says; and those that libbpf's headers and the kernel have. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { checkSource } from '#server/check-source';
import { helperNames } from '#server/helpers/helpers';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const head = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC("license") = "GPL";\n';
const program = (callee: string, n: number) =>
  `SEC("tc")\nint f${n}(void *ctx)\n{\n\treturn ${callee}(ctx);\n}\n`;

async function reportedIn(text: string): Promise<readonly string[]> {
  const [analyzer, kernel] = await Promise.all([testAnalyzer(), liveKernel()]);
  const findings = await checkSource(text, { analyzer, kernel });
  return findings
    .filter(({ code }) => code === 'helper-unknown')
    .map(({ span }) => text.slice(span.start, span.end));
}

describeUnless(requireKernel(), 'helper-unknown', () => {
  test('every helper without its last letter, unless that is a name too', async () => {
    const names = helperNames.map((name) => name.slice(0, -1));
    const text = head + names.map(program).join('');
    const reported = await reportedIn(text);
    const output = await compileBpf(text, {
      flags: ['-Werror=implicit-function-declaration', '-ferror-limit=0'],
    }).then(
      () => '',
      (error: unknown) => String(error),
    );
    const undeclared = Array.from(
      output.matchAll(/(?:undeclared function|declaration of function) '(\w+)'/g),
      ([, name]) => name,
    );
    expect(reported.filter((name) => !undeclared.includes(name))).toEqual([]);
    expect(reported.length).toBeGreaterThanOrEqual(200);
  });

  test('no name of libbpf or of the kernel', async () => {
    const headers = ['bpf_helpers', 'bpf_core_read', 'bpf_tracing', 'bpf_endian', 'usdt.bpf'];
    const texts = await Promise.all(headers.map((name) => readFile(`/usr/include/bpf/${name}.h`, 'utf8')));
    const libbpf = Array.from(texts.join('').matchAll(/\bbpf_\w+/g), ([name]) => name);
    const { index } = await liveKernel();
    const kernel = index.types.funcNames().filter((name) => name.startsWith('bpf_'));
    const names = [...new Set([...libbpf, ...kernel, ...helperNames])];
    expect(await reportedIn(head + names.map(program).join(''))).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(1_500);
  });
});
