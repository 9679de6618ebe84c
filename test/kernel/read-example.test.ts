/** The C that a hover shows for each field, compiled against this kernel's types and loaded. */
import { expect, test } from 'vitest';
import { createCtxResolver } from '#core/kernel/ctx-resolve';
import { syscallArguments, syscallSide } from '#core/kernel/fields';
import type { FormatField, KernelIndex, TracepointFormat } from '#core/kernel/model';
import { readExample } from '#core/kernel/read-example';
import { openKernel } from '#server/kernel/open';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { bundledDir } from '#support/bundled';
import { describeUnless } from '#support/requirement';
import { ensureTracefs } from '#support/tracefs';

/** Programs per object: each holds a file descriptor until its object is done. */
const batchSize = 1000;

describeUnless(requireKernel(), 'the way to read a field', () => {
  test('is accepted by the verifier for every field of every event', async () => {
    await ensureTracefs();
    const programs = examples(await openKernel({ kind: 'local' }, { bundledDir }).full);
    expect(programs.length).toBeGreaterThan(3000);
    for (let start = 0; start < programs.length; start += batchSize) {
      const batch = programs.slice(start, start + batchSize);
      const { path, messages } = await compileBpf(prelude + batch.join('\n'));
      expect(messages).toBe('');
      // Whether it attaches depends on the record's size alone, which ctx-record-range asks about.
      const verdicts = await loadPrograms(path, { attach: false });
      expect(verdicts).toHaveLength(batch.length);
      expect(verdicts.filter(({ load }) => load !== 'ok')).toEqual([]);
    }
  });
});

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";
`;

/** Events that share a struct share most reads: each is tried once. */
function examples(kernel: KernelIndex): readonly string[] {
  const resolve = createCtxResolver(kernel);
  const programs = new Map<string, string>();
  for (const { category, name } of kernel.events) {
    const format = kernel.format(category, name);
    const struct = format && resolve(format)?.name;
    if (format === undefined || struct === undefined) throw new Error(`cannot read ${category}:${name}`);
    const fields = syscallSide(format) === 'enter' ? syscallArguments(format) : format.fields;
    fields.forEach((field, i) => {
      if (isPackedEnum(field)) return;
      const lines = readExample(format, field, kernel.types);
      if (lines.length > 0) programs.set(`${struct} ${lines.join()}`, program(format, i, struct, lines));
    });
  }
  return [...programs.values()];
}

/** bpftool 7.1 writes a packed enum of one byte into vmlinux.h as one of four: libbpf then refuses the access. */
function isPackedEnum({ type, size }: FormatField): boolean {
  return type.startsWith('enum ') && size < 4;
}

function program(
  { category, name }: TracepointFormat,
  i: number,
  struct: string,
  lines: readonly string[],
): string {
  const [first = ''] = lines;
  // `void (*func)(…) = `, `char name[16];`, `pid_t pid = `
  const variable = (/\(\*(\w+)\)/.exec(first) ?? /(\w+)(?:\[\d+\])?(?:;| = )/.exec(first))?.[1] ?? '';
  return `SEC("tp/${category}/${name}")
int ${`${category}_${name}_${i}`.replaceAll(/\W/g, '_')}(struct ${struct} *ctx)
{
	${lines.join('\n\t')}
	/* The value is used, so that clang keeps the read. */
	bpf_trace_printk("x", 2, &${variable});
	return 0;
}
`;
}
