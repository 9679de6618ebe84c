import { describe, expect, it } from 'vitest';
import { applyFix, checkFixture } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext();
const program = (section: string, body: string, parameter = 'struct bpf_sock_addr *ctx') =>
  `SEC("${section}")\nint f(${parameter})\n{\n${body}\n}\n`;

/** `return <value>;` with a finding under the value. */
function refused(value: string, message = 'the verifier refuses it', severity = 'error'): string {
  return `\treturn ${value};\n//      ${'^'.repeat(value.length)} ${severity}[return-value]: ${message}`;
}

describe('return-value', () => {
  it.each([
    ['cgroup/connect4', '-1', 'only 0 to 1, and this is -1'],
    ['cgroup/connect4', '2', 'may return only 0 to 1'],
    ['cgroup/connect4', '-EPERM', 'this is -1'],
    ['cgroup/connect4', 'XDP_PASS', 'this is 2'],
    ['cgroup/connect4', 'DENY', 'this is 5'],
    ['cgroup/connect4', '(1 << 2)', 'this is 4'],
    ['cgroup/connect4', '0xffffffff', 'this is -1'],
    ['cgroup/recvmsg6', '0', 'only 1, and this is 0'],
    ['cgroup/getpeername4', '2', 'only 1'],
    ['cgroup/bind4', '4', 'only 0 to 3'],
    ['cgroup_skb/egress', '4', 'only 0 to 3'],
    ['cgroup_skb/ingress', '2', 'only 0 to 1'],
    ['cgroup/skb', '3', 'only 0 to 1'],
    ['cgroup/sysctl', '-1', 'only 0 to 1'],
    ['sockops', '-1', 'only 0 to 1'],
    ['sk_lookup', '2', 'SK_PASS lets it pass'],
    ['netfilter', '2', '1 lets the packet pass'],
    ['fentry/vfs_read', '1', 'only 0'],
    ['fexit.s/vfs_read', '-1', 'only 0'],
    ['iter/task', '2', 'asks for the same object again'],
    ['kprobe.session/vfs_*', '2', 'does not run when it returns'],
    ['lsm/file_open', '1', 'only -4095 to 0'],
    ['lsm.s/file_open', '-4096', 'only -4095 to 0'],
    ['lsm/audit_rule_known', '2', 'only 0 to 1'],
    ['lsm_cgroup/sk_alloc_security', '2', 'only 0 to 1'],
    ['?cgroup/dev', '2', 'only 0 to 1'],
  ])('%s: %s', async (section, value, message) => {
    await checkFixture(`#define DENY 5\n${program(section, refused(value, message))}`, context);
  });

  it.each([
    ['cgroup/connect4', '1'],
    ['cgroup/connect4', 'deny'],
    ['cgroup/connect4', 'UNKNOWN'],
    ['cgroup/connect4', 'check(ctx)'],
    ['cgroup/bind4', '3'],
    ['cgroup_skb/egress', '2'],
    ['fentry/vfs_read', '0'],
    ['fmod_ret/security_file_open', '-1'],
    ['tp_btf/sched_switch', '5'],
    ['lsm/file_open', '-EPERM'],
    ['lsm/file_free_security', '1'],
    ['?lsm/no_such_hook', '1'],
    ['lsm_cgroup/sk_free_security', '1'],
    ['xdp', '77'],
    ['tc', '-1'],
    ['socket', '-1'],
    ['kprobe/vfs_read', '7'],
    ['freplace/f', '7'],
    ['struct_ops/f', '7'],
    ['tp/sched/sched_switch', '7'],
    ['nothing/of_libbpf', '7'],
  ])('is silent for %s: %s', async (section, value) => {
    await checkFixture(`enum { deny = 5 };\n${program(section, `\treturn ${value};`)}`, context);
  });

  it.each([
    ['what a helper said', '\tif (bpf_bind(ctx, &a, 4) < 0)'],
    ['a field of ctx', '\tif (ctx->user_family != AF_INET)'],
  ])('sees a branch on %s', async (_, condition) => {
    await checkFixture(program('cgroup/connect4', `${condition}\n${refused('-1')}\n\treturn 1;`), context);
  });

  it('sees both values of a conditional', async () => {
    const body = `\treturn ctx->user_port ? 1 : -1;\n//${' '.repeat(27)}^^ error[return-value]`;
    await checkFixture(program('cgroup/connect4', body), context);
    await checkFixture(program('cgroup/connect4', '\treturn enabled ? 1 : -1;'), context);
  });

  it.each([
    ['an option', 'const volatile int on;', '\tif (on)\n\t\treturn -1;\n\treturn 1;'],
    ['a constant', '', '\tif (0)\n\t\treturn -1;\n\treturn 1;'],
    ['the preprocessor', '', '#ifdef X\n\treturn -1;\n#endif\n\treturn 1;'],
    ['what nothing reaches', '', '\treturn 1;\n\treturn -1;'],
  ])('is silent behind %s', async (_, head, body) => {
    await checkFixture(`${head}\n${program('cgroup/connect4', body)}`, context);
  });

  it.each(['bool', 'unsigned char', '__u64', 'void'])(
    'is silent where the program returns %s',
    async (type) => {
      const text = program('cgroup/connect4', '\treturn 256;').replace('int f', `${type} f`);
      await checkFixture(text, context);
    },
  );

  it('reads the macros of libbpf', async () => {
    const text = `SEC("fexit/vfs_read")\nint BPF_PROG(f, struct file *file)\n{\n${refused('1')}\n}\n`;
    await checkFixture(text, context);
  });

  it('knows what older kernels take', async () => {
    const old = await fixtureContext('5.10-debian-amd64');
    await checkFixture(program('cgroup/bind4', refused('3', 'only 0 to 1')), old);
    await checkFixture(program('lsm/file_open', '\treturn 1;'), old);
    const unchosen = await fixtureContext('5.10-debian-amd64', false);
    await checkFixture(program('cgroup/bind4', refused('3', 'Judged by', 'warning')), unchosen);
    await checkFixture(program('cgroup/connect4', refused('3')), unchosen);
  });

  it('offers what may be returned', async () => {
    const titles = async (section: string) => {
      const [finding] = await checkFixture(program(section, refused('9')), context);
      return finding?.fixes.map(({ title, preferred }) => `${preferred ? '* ' : ''}${title}`);
    };
    expect(await titles('cgroup/connect4')).toEqual([
      'Return 1: allows it',
      'Return 0: refuses it with EPERM',
    ]);
    expect(await titles('fentry/vfs_read')).toEqual(['* Return 0: goes on: the value is not used']);
    const header = '#include <linux/netfilter.h>\n';
    const [accept] = await checkFixture(header + program('netfilter', refused('9')), context);
    expect(accept?.fixes.map(({ title }) => title)).toEqual([
      'Return NF_ACCEPT: lets the packet pass',
      'Return NF_DROP: drops the packet',
    ]);
    const [hook] = await checkFixture(program('lsm/audit_rule_known', refused('9')), context);
    expect(hook?.fixes).toEqual([]);
    const [finding] = await checkFixture(program('sk_lookup', refused('9')), context);
    expect(finding && applyFix(program('sk_lookup', '\treturn 9;'), finding)).toContain('return SK_PASS;');
  });
});
