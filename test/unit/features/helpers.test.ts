/** BPF helpers in hover, signature help and completion. */
import { describe, expect, it } from 'vitest';
import { HELPER_DOCS } from '#core/bpf/helper-docs.generated';
import { complete } from '#server/features/completion/index';
import { helperHover } from '#server/features/helper-hover';
import { signatureHelp } from '#server/features/signature-help';
import { applyItem, featureView } from '#support/feature-view';
import { severalKernels } from '#support/bundled';
import { parseMarkers } from '#support/markers';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.1-debian-amd64');
const older = await fixtureContext('5.10-debian-amd64');
const docs = () => Promise.resolve(HELPER_DOCS);
const program = (body: string) => `SEC("xdp")\nint f(struct xdp_md *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

describe('hover', () => {
  const hoverAt = async (source: string) => {
    const { view, cursors } = featureView(source, context);
    const found = await helperHover(view, cursors[0] ?? -1, docs);
    return found && { ...found, about: view.text.slice(found.span.start, found.span.end) };
  };

  it('shows prototype, documentation and license', async () => {
    const found = await hoverAt(program('bpf_probe_read_/*|*/kernel(&x, sizeof(x), p);'));
    expect(found?.about).toBe('bpf_probe_read_kernel');
    expect(found?.markdown).toBe(
      [
        '```c',
        'long bpf_probe_read_kernel(void *dst, __u32 size, const void *unsafe_ptr);',
        '```',
        '',
        'Safely attempt to read `size` bytes from kernel space address `unsafe_ptr` and store the data in `dst`.',
        '',
        '**Returns** 0 on success, or a negative error in case of failure.',
        '',
        'Only programs with a GPL compatible license may call it.',
        '',
        'Programs of every type may call it.',
      ].join('\n'),
    );
  });

  it.each([
    ['bpf_map_lookup_elem', 'Programs of every type may call it.'],
    ['bpf_xdp_adjust_head', '**Program types** since 5.10 or before xdp.'],
    ['bpf_ktime_get_tai_ns', 'since 6.1'],
    ['bpf_copy_from_user', 'tracing (that may sleep)'],
    ['bpf_bind', '**Program types** since 5.10 or before cgroup_sock_addr (some).'],
  ])('says who may call %s', async (helper, expected) => {
    const found = await hoverAt(program(`${helper}/*|*/();`));
    expect(found?.markdown).toContain(expected);
  });

  it.each([
    ['a comment', program('/* bpf_loop/*|*/ */')],
    ['a string', program('bpf_printk("bpf_loop/*|*/");')],
    ['a member', program('ops->bpf_loop/*|*/(1);')],
    ['no helper', program('bpf_mine/*|*/(1);')],
    ['a function of the file', `static int bpf_loop(void) { return 0; }\n${program('bpf_loop/*|*/();')}`],
  ])('is silent on %s', async (_, source) => {
    expect(await hoverAt(source)).toBeUndefined();
  });
});

describe('signature help', () => {
  const activeAt = async (source: string) => {
    const { text, cursors } = parseMarkers(source);
    const help = await signatureHelp({ text }, cursors[0] ?? -1, docs);
    const parameter = help?.parameters[help.active];
    return help && (parameter === undefined ? help.label : help.label.slice(parameter.start, parameter.end));
  };

  it.each([
    ['the first', 'bpf_probe_read_user(/*|*/', 'void *dst'],
    ['the second', 'bpf_probe_read_user(&x, /*|*/', '__u32 size'],
    ['one behind a call with commas', 'bpf_probe_read_user(&x, min(1, 2), /*|*/', 'const void *unsafe_ptr'],
    ['one within sizeof', 'bpf_probe_read_user(&x, sizeof(/*|*/', '__u32 size'],
    ['one within a cast', 'bpf_probe_read_user((void *)(a + /*|*/', 'void *dst'],
    ['one within an index', 'bpf_probe_read_user(&x[i, /*|*/', 'void *dst'],
    ['one behind a comma in a string', 'bpf_trace_printk("a, b", /*|*/', '__u32 fmt_size'],
    ['the variable ones', 'bpf_trace_printk(f, 2, 3, 4, /*|*/5);', '...'],
    ['one over lines', 'bpf_map_update_elem(&m,\n\t\t&k, // a, b\n\t\t/*|*/', 'const void *value'],
    ['in finished text', 'bpf_map_lookup_elem(&m, &/*|*/k);', 'const void *key'],
    ['none of none', 'bpf_ktime_get_ns(/*|*/)', '__u64 bpf_ktime_get_ns(void)'],
  ])('finds %s', async (_, body, expected) => {
    expect(await activeAt(program(body))).toBe(expected);
    expect(await activeAt(`int f(void) {\n\t${body}`)).toBe(expected);
  });

  it.each([
    ['behind the call', 'bpf_map_lookup_elem(&m, &k)/*|*/'],
    ['in the next statement', 'bpf_map_lookup_elem(&m, &k; /*|*/'],
    ['in another call', 'bpf_map_lookup_elem(&m, mine(/*|*/'],
    ['in BPF_CORE_READ', 'bpf_map_lookup_elem(&m, BPF_CORE_READ(task, /*|*/'],
    ['for an argument too many', 'bpf_map_lookup_elem(&m, &k, /*|*/'],
    ['in a comment', 'bpf_map_lookup_elem(&m, // the /*|*/'],
    ['for a function pointer of a struct', 'ops->bpf_loop(/*|*/'],
  ])('is silent %s', async (_, body) => {
    expect(await activeAt(program(body))).toBeUndefined();
  });

  it('says what a parameter is for', async () => {
    const { text, cursors } = parseMarkers(program('bpf_get_stack(ctx, buf, /*|*/'));
    const help = await signatureHelp({ text }, cursors[0] ?? -1, docs);
    expect(help?.parameters[2]?.markdown).toContain('nonnegative `size`');
    expect(help?.markdown).toContain('GPL compatible license');
  });
});

describe('completion', () => {
  const listAt = (source: string) => {
    const { view, cursors } = featureView(source, context);
    return { view, ...complete(view, cursors[0] ?? -1) };
  };
  const labels = (body: string) => listAt(program(body)).items.map(({ label }) => label);

  it('puts what begins as typed first', () => {
    expect(labels('bpf_probe_read_us/*|*/')).toEqual(['bpf_probe_read_user', 'bpf_probe_read_user_str']);
    expect(labels('long x = bpf_ringbuf_res/*|*/;')[0]).toBe('bpf_ringbuf_reserve');
    expect(labels('bpf_user_str/*|*/;')).toEqual(['bpf_probe_read_user_str']);
    expect(labels('if (bpf_/*|*/)').length).toBe(30);
  });

  const described = (source: string, own = context) => {
    const { view, cursors } = featureView(source, own);
    return complete(view, cursors[0] ?? -1).items.map(
      ({ label, labelDescription }) => `${label}: ${labelDescription}`,
    );
  };

  it('puts what the program must not call last, and says so', () => {
    expect(described(program('bpf_skb_load/*|*/'))).toEqual([
      'bpf_skb_load_bytes: not for xdp',
      'bpf_skb_load_bytes_relative: not for xdp',
    ]);
    expect(described(program('bpf_adjust/*|*/'))).toEqual([
      'bpf_xdp_adjust_head: BPF helper',
      'bpf_xdp_adjust_meta: BPF helper',
      'bpf_xdp_adjust_tail: BPF helper',
      'bpf_skb_adjust_room: not for xdp',
      'bpf_lwt_seg6_adjust_srh: not for xdp',
    ]);
    const all = described(program('bpf_get/*|*/'));
    const first = all.findIndex((one) => one.includes('not for'));
    expect(first).toBeGreaterThan(0);
    expect(all.slice(first).every((one) => one.includes(': not for xdp'))).toBe(true);
    expect(all).toHaveLength(30);
  });

  it('says what the kernel does not have, and who may sleep', () => {
    const old = described(program('bpf_loo/*|*/'), older);
    expect(old[0]).toBe('bpf_map_lookup_elem: BPF helper');
    expect(old).toContain('bpf_loop: not on 5.10-debian-amd64');
    const fentry = (suffix: string) =>
      described(`SEC("fentry${suffix}/vfs_read")\nint f(void *ctx)\n{\n\tbpf_copy_from_user/*|*/\n}\n`);
    expect(fentry('')[0]).toBe('bpf_copy_from_user: for programs that may sleep');
    expect(fentry('.s')[0]).toBe('bpf_copy_from_user: BPF helper');
  });

  it('goes by the programs that call the function, as far as they are known', () => {
    const inner = (callers: string) =>
      `static int deep(void *ctx)\n{\n\tbpf_skb_load_bytes/*|*/\n\treturn 0;\n}\nstatic int middle(void *ctx)\n{\n\treturn deep(ctx);\n}\n${callers}`;
    const caller = (section: string, name: string, callee = 'middle') =>
      `SEC("${section}")\nint ${name}(void *ctx)\n{\n\treturn ${callee}(ctx);\n}\n`;
    const firstOf = (callers: string) => described(inner(callers))[0]?.replace('bpf_skb_load_bytes: ', '');
    expect(firstOf(caller('xdp', 'x'))).toBe('not for xdp');
    expect(firstOf(caller('xdp', 'x') + caller('kprobe/f', 'k', 'deep'))).toBe('not for these programs');
    expect(firstOf(caller('xdp', 'x') + caller('tc', 't'))).toBe('BPF helper, not for xdp');
    expect(firstOf(caller('xdp', 'x', 'other_deep') + caller('tc', 't'))).toBe('BPF helper');
    expect(firstOf(caller('xdp', 'x') + caller('mine', 'm'))).toBe('BPF helper');
    expect(firstOf('')).toBe('BPF helper');
    // What an operation may call, its table says.
    expect(firstOf(caller('struct_ops/init', 'o'))).toBe('BPF helper');
  });

  it('says which of several kernels refuse it', async () => {
    const kernel = await severalKernels('6.12-debian-amd64', ['5.10-debian-amd64']);
    const several = { analyzer: context.analyzer, kernel };
    expect(described(program('bpf_loop/*|*/'), several)[0]).toBe(
      'bpf_loop: BPF helper, not on 5.10-debian-amd64',
    );
  });

  it('replaces the whole name', () => {
    const { view, items } = listAt(program('bpf_loo/*|*/p_old(1);'));
    expect(items[0] && applyItem(view.text, items[0])).toBe(program('bpf_loop|(1);'));
    expect(items[0]).toMatchObject({
      detail: 'long bpf_loop(__u32 nr_loops, void *callback_fn, void *callback_ctx, __u64 flags)',
      subject: { kind: 'helper', name: 'bpf_loop' },
    });
  });

  it('asks to be asked again before that', () => {
    expect(listAt(program('bp/*|*/'))).toMatchObject({ items: [], incomplete: true });
    expect(listAt(program('bx/*|*/'))).toMatchObject({ items: [], incomplete: false });
  });

  it.each([
    ['a member', program('ops->bpf_loo/*|*/')],
    ['a tag', program('struct bpf_loo/*|*/')],
    ['a string', program('bpf_printk("bpf_loo/*|*/")')],
    ['a comment', program('// bpf_loo/*|*/')],
    ['the top level', 'static int bpf_loo/*|*/\n'],
  ])('is silent in %s', (_, source) => {
    expect(listAt(source).items.filter(({ subject }) => subject?.kind === 'helper')).toEqual([]);
  });
});
