/** openat(int dfd, const char __user *filename, int flags, umode_t mode), fs/open.c. */
import { beforeAll, describe, expect, it } from 'vitest';
import { applyFix, checkFixture, findingsOf } from '#support/check-fixture';
import type { FixtureContext } from '#support/check-fixture';
import { fixtureContext } from './context';

describe('user-pointer', () => {
  let context: FixtureContext;
  beforeAll(async () => {
    context = await fixtureContext();
  });
  const program = (body: string, section = 'tp/syscalls/sys_enter_openat') => `
char LICENSE[] SEC("license") = "GPL";
SEC("${section}")
int handle(struct trace_event_raw_sys_enter *ctx)
{
	char name[64];
${body}
	return name[0];
}
`;

  it('reports a read of kernel memory, and the fix reads that of the process', async () => {
    const source = program(
      '\tbpf_probe_read_kernel_str(name, sizeof(name), (void *)ctx->args[1]);\n' +
        '\t//                                            ^^^^^^^^^^^^^^^^^^^^ warning[user-pointer]: leaves zeros',
    );
    const [finding] = await checkFixture(source, context);
    const fixed = (finding && applyFix(source, finding)) ?? '';
    expect(fixed).toContain('bpf_probe_read_user_str(name, sizeof(name), (void *)ctx->args[1]);');
    expect(await findingsOf(fixed, context)).toEqual([]);
  });

  it('reports it through a variable', async () => {
    const source = program(
      '\tconst char *path = (const char *)ctx->args[1];\n' +
        '\tbpf_core_read(name, sizeof(name), (void *)path);\n' +
        '\t//                                ^^^^^^^^^^^^ warning[user-pointer]: bpf_core_read_user()',
    );
    const [finding] = await checkFixture(source, context);
    expect(finding && applyFix(source, finding)).toContain(
      'bpf_core_read_user(name, sizeof(name), (void *)path);',
    );
  });

  it('reports a dereference as an error', async () => {
    for (const body of ['\tname[0] = *(char *)ctx->args[1];', '\tname[0] = ((char *)ctx->args[1])[2];'])
      expect(await findingsOf(program(body), context)).toMatchObject([
        { code: 'user-pointer', severity: 'error' },
      ]);
  });

  it.each([
    '\tbpf_probe_read_user_str(name, sizeof(name), (void *)ctx->args[1]);',
    '\tbpf_probe_read_str(name, sizeof(name), (void *)ctx->args[1]);',
    // A number, whatever it is used for.
    '\tbpf_probe_read_kernel(name, sizeof(name), (void *)ctx->args[2]);',
    // The address of the argument, not what it points to.
    '\tbpf_probe_read_kernel(name, 8, &ctx->args[1]);',
    '\tconst char *path = (const char *)ctx->args[1];\n\tbpf_probe_read_user(name, sizeof(name), path);',
    '\tconst char *path = (const char *)ctx->args[1];\n\tpath = (void *)bpf_get_current_task();\n\tbpf_probe_read_kernel(name, 8, path);',
    '\tconst char *path = (const char *)ctx->args[1];\n\tfill(&path);\n\tbpf_probe_read_kernel(name, 8, path);',
    '\tconst char *path = (const char *)ctx->args[1];\n\tbpf_probe_read_kernel(name, 8, other(path));',
    '\tconst char *path = (const char *)ctx->args[1];\n#ifdef OTHER\n\tbpf_probe_read_kernel(name, 8, path);\n#endif',
    '\tconst char *path = (const char *)ctx->args[1];\n\tbpf_probe_read_kernel(&path, 8, name);',
  ])('is silent: %s', async (body) => {
    expect(await findingsOf(program(body), context)).toEqual([]);
  });

  it('is silent where the event does not say whose memory it is', async () => {
    const source = `
char LICENSE[] SEC("license") = "GPL";
SEC("tp/sock/inet_sock_set_state")
int handle(struct trace_event_raw_inet_sock_set_state *ctx)
{
	char name[64];
	bpf_probe_read_kernel(name, sizeof(name), ctx->skaddr);
	return name[0];
}
`;
    expect(await findingsOf(source, context)).toEqual([]);
  });
});
