import { describe, expect, it } from 'vitest';
import { complete } from '#server/features/completion/index';
import { hover } from '#server/features/hover';
import { signatureHelp } from '#server/features/signature-help';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.12-debian-amd64');
const older = await fixtureContext('6.1-debian-amd64');
const program = (body: string, before = '') =>
  `#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n${before}\nSEC("tp_btf/sched_switch")\nint f(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

describe('kfuncs', () => {
  it('completes them, with their declaration behind the includes', () => {
    const { view, cursors } = featureView(program('bpf_task_acq/*|*/'), context);
    const { items } = complete(view, cursors[0] ?? -1);
    const item = items.find(({ label }) => label === 'bpf_task_acquire');
    expect(item?.labelDescription).toBe('kfunc');
    expect(item && applyItem(view.text, item)).toBe(
      program(
        'bpf_task_acquire|',
        'extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;\n',
      ),
    );
  });

  it('declares none twice, and offers none where the kernel does not say which there are', () => {
    const declared = program(
      'bpf_task_acq/*|*/',
      'extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;',
    );
    const { view, cursors } = featureView(declared, context);
    const item = complete(view, cursors[0] ?? -1).items.find(({ label }) => label === 'bpf_task_acquire');
    expect(item).toBeDefined();
    expect(item?.additionalEdits).toBeUndefined();
    const beside = complete({ ...view, besideClangd: true }, cursors[0] ?? -1).items;
    expect(beside.map(({ label }) => label)).not.toContain('bpf_task_acquire');
    const old = featureView(program('bpf_task_acq/*|*/'), older);
    expect(complete(old.view, old.cursors[0] ?? -1).items.map(({ label }) => label)).not.toContain(
      'bpf_task_acquire',
    );
  });

  it('shows the prototype on hover, and what parameters’ names promise', () => {
    const { view, cursors } = featureView(program('bpf_dynptr_sli/*|*/ce(d, 0, b, 4);'), context);
    const found = hover(view, cursors[0] ?? -1);
    expect(found?.markdown).toContain('bpf_dynptr_slice(');
    expect(found?.markdown).toContain(
      '`buffer__szk`: how many bytes the parameter before it has; a constant',
    );
    const other = featureView(program('/* bpf_dynptr_sli/*|*/ce */'), context);
    expect(hover(other.view, other.cursors[0] ?? -1)).toBeUndefined();
  });

  it('shows which programs may call one, as the target or the kernels that were asked say', () => {
    const shown = (text: string, own: typeof context) => {
      const { view, cursors } = featureView(text, own);
      return hover(view, cursors[0] ?? -1)?.markdown ?? '';
    };
    expect(shown(program('bpf_sock_dest/*|*/roy(0);'), context)).toContain(
      'Program types that may call it: tracing (trace_iter).',
    );
    expect(shown(program('bpf_rcu_read_lo/*|*/ck();'), context)).toContain(
      'Programs of every type may call it.',
    );
    expect(shown(program('bpf_copy_from_user_s/*|*/tr(0, 0, 0, 0);'), context)).toMatch(
      /may call it: kprobe \(that may sleep\), .*syscall/,
    );
    const { kernel } = context;
    const provenance = { ...kernel.index.provenance, release: '6.14.0-29-generic' };
    const index = Object.create(kernel.index, { provenance: { value: provenance } }) as typeof kernel.index;
    expect(
      shown(program('bpf_sock_dest/*|*/roy(0);'), { ...context, kernel: { ...kernel, index } }),
    ).toContain(
      'Program types that may call it on 6.12: tracing (trace_iter). Program types that may call it on 6.18: tracing (trace_iter); lsm was not asked.',
    );
  });

  it('offers what the program must not call last, and says so', () => {
    const labels = (section: string) => {
      const text = program('bpf_cpumask_cre/*|*/').replace('tp_btf/sched_switch', section);
      const { view, cursors } = featureView(text, context);
      return complete(view, cursors[0] ?? -1).items.map(
        ({ label, labelDescription }) => `${label}: ${labelDescription ?? ''}`,
      );
    };
    expect(labels('tp_btf/sched_switch')).toContain('bpf_cpumask_create: kfunc');
    expect(labels('xdp')).toContain('bpf_cpumask_create: not for xdp');
    const ranked = (section: string) => {
      const text = program('bpf_cpumask/*|*/').replace('tp_btf/sched_switch', section);
      const { view, cursors } = featureView(text, context);
      return complete(view, cursors[0] ?? -1).items.map(({ labelDescription }) => labelDescription);
    };
    expect(new Set(ranked('tp_btf/sched_switch'))).toEqual(new Set(['kfunc']));
    expect(new Set(ranked('xdp'))).toEqual(new Set(['not for xdp']));
    const mixed = featureView(program('bpf_dynptr_fr/*|*/').replace('tp_btf/sched_switch', 'xdp'), context);
    const items = complete(mixed.view, mixed.cursors[0] ?? -1).items.filter(
      ({ label }) => label === 'bpf_dynptr_from_skb' || label === 'bpf_dynptr_from_xdp',
    );
    expect(items.map(({ label }) => label)).toEqual(['bpf_dynptr_from_xdp', 'bpf_dynptr_from_skb']);
  });

  it('follows the argument being written', async () => {
    const { view, cursors } = featureView(program('bpf_dynptr_slice(d, 0, /*|*/'), context);
    const help = await signatureHelp(view, cursors[0] ?? -1, () => Promise.resolve(new Map()));
    const parameter = help?.parameters[help.active];
    expect(help?.active).toBe(2);
    expect(help?.label.slice(parameter?.start, parameter?.end)).toMatch(/^void \*buffer__opt$/);
  });
});
