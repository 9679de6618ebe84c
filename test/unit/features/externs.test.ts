import { describe, expect, it } from 'vitest';
import { settingValue } from '#server/externs/settings';
import { complete } from '#server/features/completion/index';
import { hover } from '#server/features/hover';
import { bundledKernel } from '#support/bundled';
import { applyItem, featureView } from '#support/feature-view';
import { fixtureContext } from '../checks/context';

const context = await fixtureContext('6.12-debian-amd64');
const includes = '#include "vmlinux.h"\n';
const program = (body: string, before = '') =>
  `${includes}${before}\nSEC("tp_btf/sched_switch")\nint f(void *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;

/** The text after the item of this name, if there is one. */
function completed(source: string, label: string, besideClangd = false): string | undefined {
  const { view, cursors } = featureView(source, context);
  const { items } = complete({ ...view, besideClangd }, cursors[0] ?? -1);
  const item = items.find((one) => one.label === label);
  return item && applyItem(view.text, item);
}

function hovered(source: string): string | undefined {
  const { view, cursors } = featureView(source, context);
  return hover(view, cursors[0] ?? -1)?.markdown;
}

describe('variables that libbpf fills in', () => {
  it.each([
    ['extern runq/*|*/', 'runqueues', 'extern const struct rq runqueues __ksym;|'],
    ['extern /*|*/', 'LINUX_KERNEL_VERSION', 'extern int LINUX_KERNEL_VERSION __kconfig;|'],
    ['extern const prog_act/*|*/', 'bpf_prog_active', 'extern const int bpf_prog_active __ksym;|'],
    ['extern const struct rq runq/*|*/;', 'runqueues', 'extern const struct rq runqueues|;'],
    ['extern const struct rq runq/*|*/ __ksym;', 'runqueues', 'extern const struct rq runqueues| __ksym;'],
    [
      'extern const _Bool LINUX_/*|*/',
      'LINUX_HAS_BPF_COOKIE',
      'extern const _Bool LINUX_HAS_BPF_COOKIE __kconfig;|',
    ],
  ])('completes %s', (source, label, expected) => {
    expect(completed(includes + source, label)).toBe(includes + expected);
    expect(completed(includes + source, label, true)).toBe(includes + expected);
  });

  it('completes what the helpers of per-CPU variables take, with its declaration', () => {
    const declaration = 'extern const struct rq runqueues __ksym;\n';
    for (const [typed, written] of [
      ['bpf_this_cpu_ptr(runq/*|*/)', 'bpf_this_cpu_ptr(&runqueues|)'],
      ['bpf_per_cpu_ptr(&runq/*|*/, 1)', 'bpf_per_cpu_ptr(&runqueues|, 1)'],
    ] as const)
      expect(completed(program(`void *p = ${typed};`), 'runqueues')).toBe(
        program(`void *p = ${written};`, declaration),
      );
    const declared = program('void *p = bpf_this_cpu_ptr(&runq/*|*/);', declaration);
    expect(completed(declared, 'runqueues')).toBe(declared.replace('runq/*|*/', 'runqueues|'));
    expect(completed(declared, 'runqueues', true)).toBeUndefined();
  });

  it('completes what libbpf makes up, with its declaration', () => {
    expect(completed(program('if (LINUX_K/*|*/) return 1;'), 'LINUX_KERNEL_VERSION')).toBe(
      program('if (LINUX_KERNEL_VERSION|) return 1;', 'extern int LINUX_KERNEL_VERSION __kconfig;\n'),
    );
  });

  it('offers them nowhere else', () => {
    for (const source of [
      'extern struct runq/*|*/',
      'static runq/*|*/',
      'extern int f(int runq/*|*/',
      program('p->LINUX_/*|*/'),
      program('return runq/*|*/'),
      program('// bpf_this_cpu_ptr(&runq/*|*/'),
    ])
      for (const label of ['runqueues', 'LINUX_KERNEL_VERSION'])
        expect(completed(source, label)).toBeUndefined();
  });

  it('explains them on hover, where they are declared and used', () => {
    const declaration = 'extern struct rq runqueues __ksym;';
    const use = 'bpf_this_cpu_ptr(&runqu/*|*/eues);';
    expect(hovered(program(use, declaration))).toContain('extern const struct rq runqueues __ksym;');
    expect(hovered(program(use, declaration))).toContain('3456 bytes on each CPU');
    expect(hovered('extern const int cpu_num/*|*/ber __ksym;')).toContain('no variable of this name');
    const untyped = hovered('extern const void jiff/*|*/ies __ksym;');
    expect(untyped).toContain('by its address');
    expect(untyped).not.toContain('no variable');
    expect(hovered('extern int CONFIG_/*|*/HZ __kconfig;')).toContain('/proc/config.gz');
    expect(hovered(program('if (LINUX_HAS_/*|*/BPF_COOKIE) return 1;'))).toContain('`true`');
    expect(hovered(program('p->LINUX_HAS_/*|*/BPF_COOKIE;'))).toBeUndefined();
  });

  it('knows what libbpf has for them', async () => {
    const values = async (id: Parameters<typeof bundledKernel>[0]) => {
      const index = await bundledKernel(id);
      return ['LINUX_KERNEL_VERSION', 'LINUX_HAS_BPF_COOKIE', 'LINUX_HAS_SYSCALL_WRAPPER'].map(
        (name) => settingValue(index, name)?.text,
      );
    };
    // Debian 11 and 12 count their kernels by another number than their version; the microvm has no kprobes.
    expect(await values('5.10-debian-amd64')).toEqual([undefined, 'false', 'true']);
    expect(await values('6.1-debian-arm64')).toEqual([undefined, 'true', 'true']);
    expect(await values('6.12-debian-amd64')).toEqual(['KERNEL_VERSION(6, 12, 117)', 'true', 'true']);
    expect((await values('6.18-microvm-amd64')).slice(1)).toEqual(['true', 'false']);
  });
});
