import { describe, expect, it } from 'vitest';
import { parseSectionName } from '#core/bpf/section-name';
import type { TypeIndex } from '#core/btf/types';
import { availabilityOn } from '#server/helpers/availability';
import { helperNamed } from '#server/helpers/helpers';
import { checkFixture } from '#support/check-fixture';
import { fixtureContext } from './context';

const context = await fixtureContext('6.1-debian-amd64');
const program = (section: string, body: string) =>
  `SEC("${section}")\nint f(void *ctx)\n{\n${body}\n\treturn 0;\n}\n`;

function marked(call: string, message: string, severity = 'error'): string {
  const [callee = ''] = /^\w+/.exec(call) ?? [];
  return `\tx = ${call};\n//   ${'^'.repeat(callee.length)} ${severity}[helper-unavailable]: ${message}`;
}

/** A kernel with this release, and otherwise what 6.1 says of itself. */
function released(release: string, features?: unknown) {
  const { index } = context.kernel;
  const provenance = { ...index.provenance, release };
  return { ...context, kernel: { ...context.kernel, index: { ...index, provenance, features } } };
}

describe('helper-unavailable', () => {
  it.each([
    [
      'xdp',
      'bpf_get_current_pid_tgid()',
      'bpf_get_current_pid_tgid is not for programs of xdp (xdp) on kernel 6.1',
    ],
    ['xdp', 'bpf_get_stackid(ctx, &m, 0)', 'It is for kprobe'],
    ['kprobe/f', 'bpf_skb_load_bytes(ctx, 0, &x, 4)', 'It is for'],
    ['tc', 'bpf_xdp_adjust_head(ctx, 4)', 'It is for xdp'],
    ['tp/sched/sched_switch', 'bpf_skb_output(ctx, &m, 0, &x, 4)', 'It is for tracing'],
    ['fentry/f', 'bpf_seq_write(s, &x, 4)', 'of fentry (tracing)'],
    ['cgroup/bind4', 'bpf_bind(ctx, &x, 4)', 'It is for cgroup_sock_addr'],
    [
      'kprobe/f',
      'bpf_copy_from_user(&x, 4, p)',
      'bpf_copy_from_user may sleep, and a program of kprobe must not',
    ],
    ['uprobe/f', 'bpf_copy_from_user(&x, 4, p)', 'Programs of uprobe.s may'],
    ['tc', 'bpf_cgrp_storage_get(&m, c, 0, 0)', 'Kernel 6.12 has it'],
    ['struct_ops/f', 'bpf_cgrp_storage_get(&m, c, 0, 0)', 'is not on kernel 6.1.0'],
  ])('%s: %s', async (section, call, message) => {
    await checkFixture(program(section, marked(call, message)), context);
  });

  it.each([
    ['xdp', 'bpf_xdp_adjust_head(ctx, 4)'],
    ['uprobe.s/f', 'bpf_copy_from_user(&x, 4, p)'],
    ['iter/task', 'bpf_seq_write(s, &x, 4)'],
    ['iter/task', 'bpf_setsockopt(s, 1, 1, &x, 4)'],
    ['cgroup/connect4', 'bpf_bind(ctx, &x, 4)'],
    ['freplace/f', 'bpf_xdp_adjust_head(ctx, 4)'],
    ['struct_ops/f', 'bpf_xdp_adjust_head(ctx, 4)'],
    ['?xdp', 'bpf_get_current_pid_tgid()'],
    ['nothing/of_libbpf', 'bpf_xdp_adjust_head(ctx, 4)'],
    ['tp/sched/sched_switch', 'g(bpf_xdp_adjust_head)'],
    ['tp/sched/sched_switch', 'o->bpf_xdp_adjust_head(ctx, 4)'],
  ])('is silent for %s: %s', async (section, call) => {
    await checkFixture(program(section, `\tx = ${call};`), context);
  });

  it('is silent on what may not be there', async () => {
    const call = 'bpf_cgrp_storage_get(&m, c, 0, 0);';
    const guard = 'bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_cgrp_storage_get)';
    await checkFixture(program('tc', `\tif (${guard})\n\t\t${call}`), context);
    await checkFixture(program('tc', `#ifdef NEW\n\t${call}\n#endif`), context);
    await checkFixture(`static void *bpf_cgrp_storage_get(void *m);\n${program('tc', '')}`, context);
    await checkFixture(`#define bpf_cgrp_storage_get(x) 0\n${program('tc', `\t${call}`)}`, context);
  });

  it('blames sleep only where that is the reason', async () => {
    const old = await fixtureContext('5.10-debian-amd64');
    // Since 5.11, whether they may sleep or not.
    const message = 'bpf_sk_storage_get is not for programs of tp_btf (tracing) on kernel 5.10';
    await checkFixture(program('tp_btf/f', marked('bpf_sk_storage_get(&m, s, 0, 0)', message)), old);
  });

  it('names the configuration that Debian does not set', async () => {
    const message = 'Kernels built with CONFIG_BPF_KPROBE_OVERRIDE offer it to kprobe.';
    await checkFixture(program('kprobe/f', marked('bpf_override_return(ctx, 1)', message)), context);
  });

  it('says what a macro calls', async () => {
    const old = await fixtureContext('5.10-debian-amd64');
    const message = 'BPF_SNPRINTF calls bpf_snprintf, which is not on kernel 5.10';
    await checkFixture(program('xdp', marked('BPF_SNPRINTF(b, 4, "%d", 1)', message)), old);
    const unchosen = await fixtureContext('5.10-debian-amd64', false);
    await checkFixture(
      program('xdp', marked('BPF_SNPRINTF(b, 4, "%d", 1)', 'Judged by', 'warning')),
      unchosen,
    );
  });

  describe('on kernels that were not asked', () => {
    const call = 'bpf_xdp_adjust_head(ctx, 4)';

    it('believes that older ones offer no more', async () => {
      await checkFixture(program('tc', marked(call, 'on kernel 6.5.0-generic')), released('6.5.0-generic'));
      await checkFixture(program('tc', marked(call, 'on kernel 5.14.0-el9')), released('5.14.0-el9'));
    });

    it('is silent where a newer one offers it, or nobody knows', async () => {
      await checkFixture(program('xdp', '\tx = bpf_get_current_pid_tgid();'), released('6.5.0-generic'));
      await checkFixture(program('tc', `\tx = ${call};`), released('7.3.0'));
      await checkFixture(program('tc', `\tx = ${call};`), released('unknown'));
      // No probed kernel was built with it.
      await checkFixture(program('tc', '\tbpf_override_return(ctx, 1);'), released('6.5.0-generic'));
    });

    it('believes a feature probe in what is missing for some programs only', async () => {
      const features = (list: readonly string[], other = ['bpf_redirect']) => ({
        helpers: { xdp_available_helpers: list, sched_cls_available_helpers: other },
      });
      const names = ['bpf_map_lookup_elem'];
      const own = program('xdp', marked('bpf_redirect(1, 0)', 'is not for programs of xdp'));
      await checkFixture(own, released('7.3.0', features(names)));
      await checkFixture(program('xdp', '\tbpf_redirect(1, 0);'), released('7.3.0', features([])));
      await checkFixture(
        program('xdp', '\tbpf_redirect(1, 0);'),
        released('7.3.0', features(['bpf_redirect'])),
      );
      await checkFixture(program('xdp', '\tbpf_redirect(1, 0);'), released('7.3.0', 'nonsense'));
      // It may be newer than the probe.
      await checkFixture(program('xdp', '\tbpf_redirect(1, 0);'), released('7.3.0', features(names, names)));
    });
  });

  it('lets libbpf replace what older kernels lack', () => {
    const { index } = context.kernel;
    const types = Object.create(index.types, {
      enumeration: { value: () => [{ name: 'BPF_FUNC_probe_read', value: 4n }] },
    }) as TypeIndex;
    const answer = (helper: string) => {
      const [named, section] = [helperNamed(helper), parseSectionName('kprobe/f')];
      return named && section && availabilityOn({ ...index, types })(named, section.def);
    };
    expect(answer('bpf_probe_read')).toBe('available');
    expect(answer('bpf_get_stack')).toBe('absent');
    expect(answer('bpf_probe_read_kernel')).toBeUndefined();
  });
});
