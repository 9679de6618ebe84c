/** The head of a program: which headers it needs, and under which license it is. */
import type { Existing } from './existing';
import type { GenerateTarget, Part } from './model';

/** What the parts need that the file does not include yet, in the order that libbpf's headers want. */
export function includesFor(
  parts: readonly Part[],
  target: GenerateTarget,
  existing: Existing,
): readonly Part[] {
  const text = parts.map((part) => part.text).join('\n');
  const wanted = [
    ...(hasKernelTypes(target, existing)
      ? ['"vmlinux.h"']
      : ['<linux/bpf.h>', ...(/\bbool\b/.test(text) ? ['<stdbool.h>'] : [])]),
    '<bpf/bpf_helpers.h>',
    ...(/\bBPF_CORE_READ|\bbpf_core_/.test(text) ? ['<bpf/bpf_core_read.h>'] : []),
  ];
  // A header of the project that has the types brings vmlinux.h along.
  const isBrought = (path: string) => path === 'vmlinux.h' && target.definesStruct?.('task_struct') === true;
  return wanted.flatMap((quoted): Part[] => {
    const path = quoted.slice(1, -1);
    if (existing.includes(path) || isBrought(path)) return [];
    return [{ kind: 'include', name: path, text: `#include ${quoted}` }];
  });
}

/** Whether the kernel's own types are in reach: vmlinux.h cannot stand beside the headers of <linux/…>. */
export function hasKernelTypes({ kernel, file, definesStruct }: GenerateTarget, existing: Existing): boolean {
  if (file === undefined) return !kernel.index.types.empty;
  if (existing.includes('vmlinux.h') || definesStruct?.('task_struct') === true) return true;
  const own = file.includes.filter(({ path }) => !path.startsWith('bpf/'));
  return !own.some(({ path }) => path.startsWith('linux/')) && !kernel.index.types.empty;
}

const gplCompatible = [
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
];

/** Nearly every helper that reads memory is for programs under the GPL. */
export function licenseFor(existing: Existing): {
  readonly parts: readonly Part[];
  readonly notes: readonly string[];
} {
  const { license } = existing;
  if (license === undefined) {
    const name = existing.isTaken('LICENSE') ? '_license' : 'LICENSE';
    return { parts: [{ kind: 'license', name, text: `char ${name}[] SEC("license") = "GPL";` }], notes: [] };
  }
  if (license === '' || gplCompatible.includes(license)) return { parts: [], notes: [] };
  return {
    parts: [],
    notes: [
      `The file's license, "${license}", is not compatible with the GPL: helpers that read memory refuse it.`,
    ],
  };
}
