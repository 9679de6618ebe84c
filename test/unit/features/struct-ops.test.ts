/** Tables of functions that BPF programs fill: completion, hover and checks of programs for them. */
import { describe, expect, it } from 'vitest';
import { complete } from '#server/features/completion/index';
import { hover } from '#server/features/hover';
import { inlayHints } from '#server/features/inlay-hints';
import { findingsOf } from '#support/check-fixture';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext();
const itemsAt = (source: string) => {
  const { view, cursors } = featureView(source, context);
  return complete(view, cursors[0] ?? -1).items.map((item) => ({
    ...item,
    text: applyItem(view.text, item),
  }));
};
const labels = (source: string) => itemsAt(source).map(({ label }) => label);
const hoverAt = (source: string) => {
  const { view, cursors } = featureView(source, context);
  return hover(view, cursors[0] ?? -1)?.markdown ?? '';
};

const program = (section: string, declaration: string) =>
  `SEC("${section}")\n${declaration}\n{\n\treturn 0;\n}\n`;
const slow = program('struct_ops', 'u32 BPF_PROG(my_ssthresh, struct sock *sk)');
const event = program(
  'struct_ops/cwnd_event',
  'void BPF_PROG(on_event, struct sock *sk, enum tcp_ca_event ev)',
);
const table = (inside: string) => `SEC(".struct_ops")\nstruct tcp_congestion_ops mine = {\n${inside}\n};\n`;

describe('sections', () => {
  it('the members, and whose they are', () => {
    const items = itemsAt('SEC("struct_ops/ssth/*|*/")');
    expect(items.map(({ label, labelDescription }) => [label, labelDescription])).toEqual([
      ['ssthresh', 'tcp_congestion_ops'],
    ]);
    expect(items[0]?.text).toBe('SEC("struct_ops/ssthresh|")');
    expect(labels('SEC("struct_ops.s//*|*/")')).toContain('cong_control');
    expect(labels('SEC("struct_ops//*|*/")')).not.toContain('get_info');
  });

  it('the whole program, with what it returns', () => {
    expect(labels('SEC("struct_ops/ssthresh")\n/*|*/')).toEqual([
      'u32 BPF_PROG(struct_ops__ssthresh, struct sock *arg1)',
    ]);
    const [item] = itemsAt('SEC("struct_ops/cwnd_event")\n/*|*/');
    expect(item?.text).toContain(
      'void BPF_PROG(struct_ops__cwnd_event, struct sock *arg1, enum tcp_ca_event arg2)\n{\n\t$0\n\\}|'.replace(
        '\\',
        '',
      ),
    );
  });

  it('the prototype on hover', () => {
    expect(hoverAt(program('struct_ops/cwnd_ev/*|*/ent', 'void BPF_PROG(f)'))).toContain(
      'void BPF_PROG(name, struct sock *arg1, enum tcp_ca_event arg2)',
    );
    // The table says which one it is, whatever the section is called.
    expect(
      hoverAt(slow.replace('struct_ops', 'struct_/*|*/ops') + table('\t.ssthresh = (void *)my_ssthresh,')),
    ).toContain('The parameters of ssthresh of struct tcp_congestion_ops');
    expect(hoverAt(slow.replace('struct_ops', 'struct_/*|*/ops'))).not.toContain('The parameters of');
  });
});

describe('tables', () => {
  it('what the struct has, functions first, without those that are there', () => {
    const found = labels(slow + table('\t.init = (void *)f,\n\t./*|*/'));
    expect(found[0]).toBe('ssthresh');
    expect(found).toContain('name');
    expect(found.indexOf('name')).toBeGreaterThan(found.indexOf('release'));
    for (const none of ['init', 'get_info', 'owner', 'list']) expect(found).not.toContain(none);
  });

  it.each([
    ['a function', '\t.cong_/*|*/', '\t.cong_avoid = (void *)$0,|'],
    ['text', '\t.na/*|*/', '\t.name = "$0",|'],
    ['a number', '\t.fl/*|*/', '\t.flags = $0,|'],
    ['without a dot', '\t/*|*/', '\t.ssthresh = (void *)$0,|'],
  ])('%s', (_, inside, written) => {
    const [typed = ''] = /\w+/.exec(inside) ?? [];
    const found = itemsAt(table(inside)).filter(({ label }) => label.replace('.', '').startsWith(typed));
    expect(found[0]?.text).toContain(written);
  });

  it('the programs, that of the name first and those that are there last', () => {
    const programs =
      slow + event + program('struct_ops', 'void BPF_PROG(other)') + program('xdp', 'int x(void *ctx)');
    const inside = '\t.ssthresh = (void *)my_ssthresh,\n\t.cwnd_event = (void *)/*|*/';
    expect(labels(programs + table(inside))).toEqual(['on_event', 'other', 'my_ssthresh']);
    expect(itemsAt(programs + table('\t.cwnd_event = /*|*/'))[0]?.text).toContain(
      '.cwnd_event = (void *)on_event|',
    );
    expect(itemsAt(programs + table('\t.cwnd_event = (void *)on_/*|*/'))[0]?.text).toContain(
      '(void *)on_event|',
    );
  });

  it('with the section behind the name', () => {
    const source = 'struct tcp_congestion_ops mine SEC(".struct_ops.link") = {\n\t./*|*/\n};\n';
    expect(labels(source)[0]).toBe('ssthresh');
  });

  it('a member on hover', () => {
    expect(hoverAt(slow + table('\t.ssth/*|*/resh = (void *)my_ssthresh,'))).toContain(
      'u32 BPF_PROG(name, struct sock *arg1)',
    );
  });

  it.each([
    ['another variable', 'struct tcp_congestion_ops mine = {\n\t./*|*/\n};\n'],
    ['another struct', 'SEC(".struct_ops")\nstruct sock mine = {\n\t./*|*/\n};\n'],
    ['a number', table('\t.flags = /*|*/')],
    ['text', table('\t.name = "/*|*/"')],
    ['a comment', table('\t// ./*|*/')],
  ])('nothing in %s', (_, source) => {
    expect(labels(slow + source)).toEqual([]);
  });
});

describe('arguments', () => {
  const reads = (use: string, section = 'struct_ops') =>
    `SEC("${section}")\nint BPF_PROG(my_ssthresh, struct sock *sk, int more)\n{\n\treturn ${use};\n}\n`;
  const own = async (source: string) =>
    (await findingsOf(source, context))
      .filter(({ code }) => code === 'prog-args')
      .map(({ message }) => message);

  it('that there are not, where the table says which function it is', async () => {
    const filled = table('\t.ssthresh = (void *)my_ssthresh,');
    expect(await own(reads('more + 1') + filled)).toEqual([
      'ssthresh of struct tcp_congestion_ops has one argument (struct sock *arg1); there is no argument 2. The verifier refuses the program.',
    ]);
    expect(await own(reads('!sk') + filled)).toEqual([]);
    // The loader may give it to any member.
    expect(await own(reads('more + 1', 'struct_ops/ssthresh'))).toEqual([]);
    expect(
      await own(
        reads('more + 1') +
          table('\t.ssthresh = (void *)my_ssthresh,\n\t.cong_control = (void *)my_ssthresh,'),
      ),
    ).toEqual([]);
    expect(await own(reads('more + 1') + filled.replace('tcp_congestion_ops', 'unknown_ops'))).toEqual([]);
  });

  it('by the parameter list: completed', () => {
    const source = 'SEC("struct_ops")\nvoid BPF_PROG(f, /*|*/)\n{\n}\n' + table('\t.cwnd_event = (void *)f,');
    expect(labels(source)[0]).toBe('struct sock *arg1');
  });

  it('are not named by the kernel', () => {
    const { view } = featureView(event + table('\t.cwnd_event = (void *)on_event,'), context);
    expect(inlayHints(view, { start: 0, end: view.text.length })).toEqual([]);
  });
});
