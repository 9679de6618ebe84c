/** Files that handlers were inserted into, more than once: they compile, and the kernel takes every program. */
import { expect, test } from 'vitest';
import { generateHandler } from '#server/features/generate-handler';
import type { GenerateOptions } from '#server/generate/model';
import { testAnalyzer } from '#support/analyzer';
import { compileBpf } from '#support/bpf/compile';
import { loadPrograms } from '#support/bpf/loader';
import { requireKernel } from '#support/bpf/requirements';
import { featureView } from '#support/feature-view';
import { refused } from '#support/generated';
import { liveKernel } from '#support/live-kernel';
import { describeUnless } from '#support/requirement';

const vmlinux = '#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n';
const license = 'char LICENSE[] SEC("license") = "GPL";\n';
const xdp = 'SEC("xdp")\nint xdp_prog(void *ctx)\n{\n\treturn 2;\n}\n';

const files: readonly (readonly [string, string])[] = [
  ['an empty file', ''],
  ['a license at the end', `${vmlinux}\n${xdp}\n${license}`],
  ['a waiting SEC line', `${vmlinux}\n${license}\nSEC("tp/syscalls/sys_enter_openat")\n`],
  [
    'names that are taken',
    `${vmlinux}\n${license}\nlong dropped;\nint filter_pid;\n\nstruct openat_event {\n\tint x;\n};\n\n${xdp}`,
  ],
  ['no vmlinux.h', `#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n\n${license}\n${xdp}`],
];

const wanted: readonly GenerateOptions[] = [
  {
    events: [{ category: 'syscalls', name: 'sys_enter_openat' }],
    pair: true,
    process: ['pid', 'ppid', 'ns_ppid', 'comm'],
    filter: { pid: 1, failed: true },
  },
  {
    events: [
      { category: 'sched', name: 'sched_process_exec' },
      { category: 'syscalls', name: 'sys_exit_openat' },
    ],
    filter: { comm: 'init' },
  },
  { events: [{ category: 'sched', name: 'sched_switch' }], delivery: 'perfbuf' },
  { events: [{ category: 'syscalls', name: 'sys_enter_write' }], delivery: 'printk' },
];

describeUnless(requireKernel(), 'insertion', () => {
  test.each(files)('%s', async (_, before) => {
    const [kernel, analyzer] = [await liveKernel(), await testAnalyzer()];
    let text = before;
    const functions = new Set<string>();
    for (const options of [...wanted, ...wanted]) {
      const { view } = featureView(text, { analyzer, kernel });
      const generated = generateHandler(kernel, options, { document: view });
      if (!generated.ok) throw new Error(generated.message);
      ({ text } = generated.value);
      for (const name of generated.value.functions) functions.add(name);
    }
    expect(functions.size).toBe(12);
    const { path, messages } = await compileBpf(text, { flags: ['-Wall', '-Werror'] });
    expect(messages).toBe('');
    const verdicts = await loadPrograms(path, { attach: false });
    expect(verdicts.map(({ program }) => program)).toEqual(expect.arrayContaining([...functions]));
    expect(refused(verdicts)).toEqual([]);
  });
});
