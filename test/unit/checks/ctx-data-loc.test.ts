import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-data-loc', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });
  const program = (body: string) => `
SEC("tp/sched/sched_process_exec")
int handle(struct trace_event_raw_sched_process_exec *ctx)
{
	char name[64];
${body}
	return name[0];
}
`;

  it('reports the u32 as the address of a read, and the fix reads the string', async () => {
    const source = program(
      '\tbpf_probe_read_kernel_str(name, sizeof(name), (void *)ctx->__data_loc_filename);\n' +
        '\t//                                                    ^^^^^^^^^^^^^^^^^^^^^^^^ warning[ctx-data-loc]: low 16 bits',
    );
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toContain('sizeof(name), (void *)ctx + (ctx->__data_loc_filename & 0xffff));');
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it('reports the address of the u32 as a string', async () => {
    const source = program('\tbpf_probe_read_str(name, sizeof(name), &ctx->__data_loc_filename);');
    expect(await findingsOf(source, context)).toMatchObject([{ code: 'ctx-data-loc', severity: 'warning' }]);
  });

  it('reports a dereference as an error', async () => {
    const source = program('\tname[0] = *(char *)(long)ctx->__data_loc_filename;');
    expect(await findingsOf(source, context)).toMatchObject([{ code: 'ctx-data-loc', severity: 'error' }]);
  });

  it('is silent on the right forms', async () => {
    const bodies = [
      '\tbpf_probe_read_kernel_str(name, sizeof(name), (void *)ctx + (ctx->__data_loc_filename & 0xffff));',
      '\tunsigned off = ctx->__data_loc_filename & 0xFFFF;\n\tbpf_probe_read_str(name, sizeof(name), (char *)ctx + off);',
      '\t__u32 loc;\n\tbpf_probe_read_kernel(&loc, sizeof(loc), &ctx->__data_loc_filename);\n\tname[0] = loc;',
      '\tunsigned off = BPF_CORE_READ(ctx, __data_loc_filename);\n\tbpf_probe_read_str(name, sizeof(name), (void *)ctx + (__u16)off);',
    ];
    for (const body of bodies) expect(await findingsOf(program(body), context)).toEqual([]);
  });
});
