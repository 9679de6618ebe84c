import { beforeAll, describe, expect, it } from 'vitest';
import { checkFixture } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('ctx-args-range', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });
  const check = (body: string, event = 'syscalls/sys_enter_close', struct = 'trace_event_raw_sys_enter') =>
    checkFixture(`SEC("tp/${event}")\nint handle(struct ${struct} *ctx)\n{\n${body}\n}\n`, context);

  it('reports a direct read behind the last argument', async () => {
    const [finding] = await check(
      '\treturn ctx->args[1];\n\t//     ^^^^^^^^^^^^ error[ctx-args-range]: one argument (args[0] fd)',
    );
    expect(finding?.message).toContain('EACCES');
  });
  it('takes the libbpf-independent struct as well', () =>
    check(
      '\treturn ctx->args[1];\n\t//     ^^^^^^^^^^^^ error[ctx-args-range]',
      'syscalls/sys_enter_close',
      'syscall_trace_enter',
    ));
  it('warns where a helper copies what is no argument', async () => {
    await check(
      '\treturn BPF_CORE_READ(ctx, args[3]);\n\t//                        ^^^^^^^ warning[ctx-args-range]: no argument',
    );
    await check(
      '\tlong v;\n\tbpf_probe_read_kernel(&v, sizeof(v), &ctx->args[2]);\n' +
        '\t//                                    ^^^^^^^^^^^^ warning[ctx-args-range]\n\treturn v;',
    );
  });
  it('is silent on arguments that are there', async () => {
    await check('\treturn ctx->args[0];');
    await check('\treturn ctx->args[5];', 'syscalls/sys_enter_mmap');
  });
  it('is silent on an index that it cannot know', () =>
    check('\tint sum = 0;\n\tfor (int i = 0; i < 6; i++)\n\t\tsum += ctx->args[i];\n\treturn sum;'));
  it('is silent where the read cannot be seen by the kernel', async () => {
    await check('\tlong unused = ctx->args[3];\n\treturn 0;');
    await check('\treturn sizeof(ctx->args[3]);');
    await check('#if 0\n\treturn ctx->args[3];\n#endif\n\treturn 0;');
    await check('\tif (0)\n\t\treturn ctx->args[3];\n\treturn 0;');
  });
  it('is silent on events that the kernel does not have', () =>
    checkFixture(
      'SEC("?tp/syscalls/sys_enter_nope")\nint handle(struct trace_event_raw_sys_enter *ctx)\n{\n\treturn ctx->args[5];\n}\n',
      context,
    ));
});
