/** The head of a program: which headers it needs, and under which license it is. */
import type { Existing } from './existing';
import type { Part } from './model';
import type { TypeSource } from './type-source';

/** What the parts need that the file does not include yet, in the order that libbpf's headers want. */
export function includesFor(
  parts: readonly Part[],
  { include, hasKernelTypes }: TypeSource,
  existing: Existing,
): readonly Part[] {
  const text = parts.map((part) => part.text).join('\n');
  const wanted = [
    ...(include === undefined ? [] : [include]),
    ...(!hasKernelTypes && /\bbool\b/.test(text) ? ['<stdbool.h>'] : []),
    '<bpf/bpf_helpers.h>',
    ...(/\bBPF_CORE_READ|\bbpf_core_/.test(text) ? ['<bpf/bpf_core_read.h>'] : []),
  ];
  return wanted.flatMap((quoted): Part[] => {
    const path = quoted.slice(1, -1);
    return existing.includes(path) ? [] : [{ kind: 'include', name: path, text: `#include ${quoted}` }];
  });
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
