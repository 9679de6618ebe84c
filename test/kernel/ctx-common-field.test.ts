/** Reads of `ctx->ent`: `ctx-common-field` says what the verifier does. */
import { expect, test } from 'vitest';
import type { TracepointFormat } from '#core/kernel/model';
import type { KernelView } from '#server/view';
import { disagreements, judge, outcome } from '#support/bpf/judge';
import type { Candidate } from '#support/bpf/judge';
import { requireKernel } from '#support/bpf/requirements';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const fields = ['type', 'flags', 'preempt_count', 'pid'] as const;

describeUnless(requireKernel(), 'ctx-common-field', () => {
  test('says of the common fields of every ctx struct what the verifier says', async () => {
    const kernel = await liveKernel();
    const structs = [...onePerStruct(kernel)];
    expect(structs.length).toBeGreaterThan(500);

    const direct = structs.flatMap(([struct, format]) => fields.map((field) => read(struct, format, field)));
    const judged = await judge(direct, { attach: false, kernel });
    expect(disagreements(judged, { code: 'ctx-common-field', refusal: 'load EACCES' })).toEqual([]);
    expect(judged.filter((one) => outcome(one.kernel) === 'ok')).toEqual([]);
    expect(judged.filter((one) => !one.kernel.log.includes('invalid bpf_context access'))).toEqual([]);
  });

  test('is no error where a helper copies them, which the verifier lets pass', async () => {
    const kernel = await liveKernel();
    const copies = [...onePerStruct(kernel)].map(([struct, format], i) =>
      copy(struct, format, fields[i % fields.length] ?? 'pid'),
    );
    const judged = await judge(copies, { attach: false, kernel });
    expect(judged.filter((one) => outcome(one.kernel) !== 'ok')).toEqual([]);
    expect(disagreements(judged, { code: 'ctx-common-field', refusal: 'load EACCES' })).toEqual([]);
    const silent = judged.filter(({ findings }) => findings.length === 0);
    expect(silent.map(({ candidate }) => candidate.name)).toEqual([]);
  });
});

/** Every ctx struct of this kernel, with an event that has it. */
function onePerStruct(kernel: KernelView): ReadonlyMap<string, TracepointFormat> {
  const found = new Map<string, TracepointFormat>();
  for (const { category, name } of kernel.index.events) {
    const format = kernel.index.format(category, name);
    const struct = format && kernel.ctxStruct(format);
    if (struct) for (const tag of [struct.name, ...struct.alsoRight]) found.set(tag, format);
  }
  return found;
}

function read(struct: string, format: TracepointFormat, field: string): Candidate {
  return program(struct, format, `read_${struct}_${field}`, `ctx->ent.${field}`);
}

function copy(struct: string, format: TracepointFormat, field: string): Candidate {
  return program(struct, format, `copy_${struct}_${field}`, `BPF_CORE_READ(ctx, ent.${field})`);
}

function program(struct: string, format: TracepointFormat, name: string, expression: string): Candidate {
  const text = `
SEC("tp/${format.category}/${format.name}")
int ${name}(struct ${struct} *ctx)
{
	return ${expression};
}
`;
  return { name, text };
}
