/** The fix that reads a field only where a kernel has it; test/kernel/several-kernels.test.ts asks the verifier. */
import { describe, expect, it } from 'vitest';
import { testAnalyzer } from '#support/analyzer';
import { severalKernels } from '#support/bundled';
import { applyFix, findingsOf } from '#support/check-fixture';

const analyzer = await testAnalyzer();
// kmalloc's `node` and its struct came after 5.10; sched_process_exit's `group_dead` after 6.12.
const older = { analyzer, kernel: await severalKernels('6.12-debian-amd64', ['5.10-debian-amd64']) };
const newer = { analyzer, kernel: await severalKernels('6.12-debian-amd64', ['6.18-microvm-amd64']) };

const head = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n';
const kmalloc = (body: string) =>
  `${head}SEC("tp/kmem/kmalloc")\nint handle(struct trace_event_raw_kmalloc *ctx)\n{\n\t${body}\n}\n`;

/** The body after the fix, which leaves nothing to say. */
async function fixed(source: string, context = older): Promise<string> {
  const [finding, ...more] = await findingsOf(source, context);
  expect(more).toEqual([]);
  const text = (finding && applyFix(source, finding, 'only where the kernel has')) ?? '';
  expect(await findingsOf(text, context)).toEqual([]);
  expect(text.match(/#include <bpf\/bpf_core_read.h>/g)).toHaveLength(1);
  return text.slice(text.indexOf('{\n\t') + 3, text.lastIndexOf('\n}'));
}

describe('the fix', () => {
  it.each([
    ['return ctx->node;', 'return bpf_core_field_exists(ctx->node) ? ctx->node : 0;'],
    [
      'int n = ctx->node;\n\treturn n;',
      'int n = bpf_core_field_exists(ctx->node) ? ctx->node : 0;\n\treturn n;',
    ],
    ['return ctx->node + 1;', 'return (bpf_core_field_exists(ctx->node) ? ctx->node : 0) + 1;'],
    [
      'return BPF_CORE_READ(ctx, node);',
      'return bpf_core_field_exists(ctx->node) ? BPF_CORE_READ(ctx, node) : 0;',
    ],
    [
      'return ctx->node + ctx->bytes_req;',
      'return (bpf_core_field_exists(ctx->node) ? ctx->node : 0) + (bpf_core_field_exists(ctx->bytes_req) ? ctx->bytes_req : 0);',
    ],
  ])('makes a value zero where there is none: %s', async (body, expected) => {
    expect(await fixed(kmalloc(body))).toBe(expected);
  });

  it('leaves out the call that would read bytes of the record', async () => {
    const source = `${head}SEC("tp/sched/sched_process_exit")
int handle(struct trace_event_raw_sched_process_template *ctx)
{
	char comm[16] = {};

	bpf_probe_read_kernel_str(comm, sizeof(comm), ctx->comm);
	return comm[0];
}
`;
    expect(await fixed(source, newer)).toContain(
      '\tif (bpf_core_field_exists(ctx->comm))\n\t\tbpf_probe_read_kernel_str(comm, sizeof(comm), ctx->comm);\n',
    );
  });

  it('is the only one for what another kernel lacks', async () => {
    const source = `${head}SEC("tp/sched/sched_process_exit")
int handle(struct trace_event_raw_sched_process_exit *ctx)
{
	return ctx->group_dead;
}
`;
    const on618 = { analyzer, kernel: await severalKernels('6.18-microvm-amd64', ['6.12-debian-amd64']) };
    const [finding] = await findingsOf(source, on618);
    expect(finding).toMatchObject({ code: 'ctx-type', severity: 'warning', holdsOn: ['6.12-debian-amd64'] });
    // The target's struct stays: the fix for the other kernel alone would break it.
    expect(finding?.fixes.map(({ title }) => title)).toEqual([
      'Read group_dead only where the kernel has it',
    ]);
  });

  it.each([
    ['no chosen kernel has the field', 'return ctx->nope;'],
    ['bytes are read in a declaration', 'char *node = (char *)&ctx->node;\n\treturn node[0];'],
  ])('is not offered where %s', async (_, body) => {
    const findings = await findingsOf(kmalloc(body), older);
    const titles = findings.flatMap(({ fixes }) => fixes.map(({ title }) => title));
    expect(titles.filter((title) => title.includes('only where'))).toEqual([]);
  });
});
