/** Sections of variables that libbpf knows, and what it does with each, in a sentence or two. */

const summaries: readonly (readonly [RegExp, string])[] = [
  [
    /^\.maps$/,
    'A map that libbpf makes from this definition, which also says the types of its keys and values.',
  ],
  [
    /^license$/,
    'The license of all programs of the object. Helpers that are for GPL compatible programs alone want `GPL`, `GPL v2`, `GPL and additional rights`, `Dual BSD/GPL`, `Dual MIT/GPL` or `Dual MPL/GPL`.',
  ],
  [
    /^\.struct_ops$/,
    'A table of functions for the kernel. libbpf registers it when it is attached, and it stays registered until its element is deleted from the map.',
  ],
  [
    /^\.struct_ops\.link$/,
    'A table of functions for the kernel, registered for as long as the link lives that attaching it gives; another table can take its place.',
  ],
  [
    /^\.rodata(?:\..+)?$/,
    'Constants, in a map that user space fills before the object loads and nobody writes afterwards.',
  ],
  [
    /^\.(?:data|bss)(?:\..+)?$/,
    'Global variables, in a map that user space reads and writes while the programs run.',
  ],
];

/** Undefined for a section that libbpf gives no meaning. */
export function dataSectionSummary(section: string): string | undefined {
  return summaries.find(([name]) => name.test(section))?.[1];
}
