/** What programs return: completion behind `return`, hover, and the list of a section. */
import { describe, expect, it } from 'vitest';
import { returnValues } from '#core/bpf/return-values';
import { SECTIONS } from '#core/bpf/section-table';
import { complete } from '#server/features/completion/index';
import { hover } from '#server/features/hover';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext();
const program = (section: string, body: string, head = '') =>
  `${head}SEC("${section}")\nint f(void *ctx)\n{\n\t${body}\n}\n`;

it('every name is one of the kernel, or a macro of the header that is named', () => {
  const { types } = context.kernel.index;
  const enums = ['xdp_action', 'tcx_action_base', 'sk_action', 'bpf_ret_code', 'netkit_action'];
  const values = new Map(
    enums.flatMap((name) => types.enumeration(name) ?? []).map(({ name, value }) => [name, Number(value)]),
  );
  const named = SECTIONS.flatMap(returnValues).filter(({ name }) => name !== undefined);
  expect(named.length).toBeGreaterThan(60);
  for (const { name, header, value } of named)
    // Netkit is a driver, and its enum a module's.
    if (name?.startsWith('NETKIT_')) expect(values.has(name)).toBe(false);
    else if (header === undefined) expect([name, values.get(name ?? '')]).toEqual([name, value]);
    else expect(name).toMatch(/^(?:TC_ACT|NF)_/);
});

describe('completion', () => {
  const listAt = (source: string) => {
    const { view, cursors } = featureView(source, context);
    return { view, ...complete(view, cursors[0] ?? -1) };
  };
  const labels = (source: string) => listAt(source).items.map(({ label }) => label);

  it.each([
    ['xdp', ['XDP_PASS', 'XDP_DROP', 'XDP_TX', 'XDP_REDIRECT', 'XDP_ABORTED']],
    ['tcx/ingress', ['TCX_NEXT', 'TCX_PASS', 'TCX_DROP', 'TCX_REDIRECT']],
    ['sk_msg', ['SK_PASS', 'SK_DROP']],
    ['netfilter', ['NF_ACCEPT', 'NF_DROP']],
    ['cgroup/connect4', ['1', '0']],
    ['cgroup_skb/egress', ['1', '0', '3', '2']],
    ['cgroup/recvmsg6', ['1']],
    ['fentry/vfs_read', ['0']],
    ['iter/task', ['0', '1']],
  ])('%s', (section, expected) => {
    expect(labels(program(section, 'return /*|*/'))).toEqual(expected);
    expect(labels(program(section, 'return /*|*/;'))).toEqual(expected);
  });

  it.each([
    ['a section whose values mean nothing', program('tp/sched/sched_switch', 'return /*|*/;')],
    ['no program', 'static int f(void)\n{\n\treturn /*|*/;\n}\n'],
    ['the keyword itself', program('xdp', 'return/*|*/')],
    ['another statement', program('xdp', 'return 0; /*|*/')],
    ['an expression', program('xdp', 'return x + /*|*/')],
    ['a comment', program('xdp', 'return // /*|*/')],
    ['a member', program('xdp', 'return x->/*|*/')],
  ])('is silent on %s', (_, source) => {
    expect(labels(source).filter((label) => /^(?:XDP_|\d)/.test(label))).toEqual([]);
  });

  it('leaves helpers alone', () => {
    expect(labels(program('xdp', 'return bpf_redirect_ma/*|*/'))).toContain('bpf_redirect_map');
  });

  it('replaces what is typed', () => {
    const { view, items } = listAt(program('xdp', 'return XDP_/*|*/DROP;'));
    expect(items[0]).toMatchObject({ detail: 'XDP_PASS = 2', kind: 'constant' });
    expect(items[0] && applyItem(view.text, items[0])).toBe(program('xdp', 'return XDP_PASS|;'));
  });

  it.each([
    [
      'with vmlinux.h, the macro comes along',
      '#include "vmlinux.h"\n',
      '#include "vmlinux.h"\n#define TC_ACT_OK 0\n',
    ],
    ['with its header, it does not', '#include <linux/pkt_cls.h>\n', '#include <linux/pkt_cls.h>\n'],
    ['nor where another header may have it', '#include "common.h"\n', '#include "common.h"\n'],
    ['nor where the file has it', '#define TC_ACT_OK 0\n', '#define TC_ACT_OK 0\n'],
  ])('%s', (_, head, expected) => {
    const { view, items } = listAt(program('tc', 'return /*|*/;', head));
    expect(items[0] && applyItem(view.text, items[0])).toBe(program('tc', 'return TC_ACT_OK|;', expected));
  });
});

describe('hover', () => {
  const hoverAt = (source: string) => {
    const { view, cursors } = featureView(source, context);
    return hover(view, cursors[0] ?? -1)?.markdown;
  };

  it.each([
    [program('xdp', 'return XDP_/*|*/PASS;'), '`XDP_PASS` (2) hands the packet to the network stack.'],
    [program('xdp', 'return x ? XDP_TX/*|*/ : 1;'), '`XDP_TX` (3)'],
    [program('tc', 'return TC_ACT/*|*/_SHOT;'), '`TC_ACT_SHOT` (2) drops the packet.'],
    [program('cgroup/connect4', 'return /*|*/0;'), '`0` refuses it with `EPERM`.'],
    [program('tc', 'return -/*|*/1;'), '`TC_ACT_UNSPEC` (-1)'],
  ])('%s', (source, expected) => {
    expect(hoverAt(source)).toContain(expected);
  });

  it.each([
    ['a value without a meaning', program('xdp', 'return 7/*|*/7;')],
    ['a number elsewhere', program('xdp', 'x = 1/*|*/;')],
    ['a name of other programs', program('xdp', 'return TC_ACT_/*|*/OK;')],
    ['a comment', program('xdp', '// return XDP_PASS/*|*/;')],
    ['a string', program('xdp', 'g("XDP_PASS/*|*/");')],
  ])('is silent on %s', (_, source) => {
    expect(hoverAt(source)).toBeUndefined();
  });

  it('lists them for a section', () => {
    const found = hoverAt(
      'SEC("sk_l/*|*/ookup")\nint f(struct bpf_sk_lookup *ctx)\n{\n\treturn SK_PASS;\n}\n',
    );
    expect(found).toContain('**Returns**\n\n- `SK_PASS` (1) lets it pass');
    expect(found).toContain('- `SK_DROP` (0) drops it');
  });
});
