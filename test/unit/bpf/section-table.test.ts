import { describe, expect, it } from 'vitest';
import { SECTION_SUMMARIES } from '#core/bpf/section-docs';
import { SECTIONS } from '#core/bpf/section-table';

describe('the section table', () => {
  it('has the 116 rows of libbpf 1.8-dev, each name once', () => {
    expect(SECTIONS).toHaveLength(116);
    expect(new Set(SECTIONS.map(({ name }) => name)).size).toBe(116);
  });

  it.each(SECTIONS.map((def) => [def.name, def] as const))('%s is described', (name, def) => {
    expect(def.summary).toMatch(/^[A-Z].*[.…]$/);
    expect(def.targetForm === undefined, 'a target form exactly where a target may follow').toBe(
      def.target === 'exact',
    );
    expect(def.programType).toMatch(/^BPF_PROG_TYPE_[A-Z0-9_]+$/);
    const known = /^(tracepoint|tp|freplace)(\.s)?$/.test(name) ? /^$/ : /^[a-z_ ]+[\w<>]* \*\w+$/;
    expect(def.context ?? '').toMatch(known);
    if (name.endsWith('.s')) expect(def.sleepable).toBe(true);
  });

  it('has no text for a section that does not exist', () => {
    const names = new Set(SECTIONS.map(({ name }) => name));
    expect(Object.keys(SECTION_SUMMARIES).filter((name) => !names.has(name))).toEqual([]);
  });

  it('says each thing once', () => {
    const summaries = SECTIONS.map(({ summary }) => summary);
    expect(new Set(summaries).size).toBe(summaries.length);
  });

  it.each([
    [
      'xdp',
      {
        target: 'exact',
        programType: 'BPF_PROG_TYPE_XDP',
        attachType: 'BPF_XDP',
        context: 'struct xdp_md *ctx',
      },
    ],
    ['tp', { target: 'optional', programType: 'BPF_PROG_TYPE_TRACEPOINT', targetForm: '<category>/<name>' }],
    ['tp.s', { sleepable: true, targetForm: '<category>/<name>' }],
    ['fentry', { attachType: 'BPF_TRACE_FENTRY', context: 'unsigned long long *ctx', macro: 'BPF_PROG' }],
    ['kprobe', { context: 'struct pt_regs *ctx', macro: 'BPF_KPROBE', targetForm: '<function>[+<offset>]' }],
    ['kretprobe.multi', { attachType: 'BPF_TRACE_KPROBE_MULTI', macro: 'BPF_KRETPROBE' }],
    [
      'raw_tp.w',
      {
        programType: 'BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE',
        context: 'struct bpf_raw_tracepoint_args *ctx',
      },
    ],
    ['lsm.s', { sleepable: true, attachType: 'BPF_LSM_MAC', targetForm: '<hook>' }],
    ['syscall', { sleepable: true, context: 'void *ctx' }],
    ['usdt.s', { sleepable: true, macro: 'BPF_USDT' }],
    ['tcx/ingress', { attachType: 'BPF_TCX_INGRESS', context: 'struct __sk_buff *skb' }],
  ])('knows %s', (name, expected) => {
    expect(SECTIONS.find((def) => def.name === name)).toMatchObject(expected);
  });
});
