/** Machines as `uname -m` calls them, and as libbpf's headers do (`__TARGET_ARCH_…`). */
const families: readonly (readonly [machine: RegExp, arch: string])[] = [
  [/^(?:x86_64|i[3-6]86)$/, 'x86'],
  [/^(?:aarch64|arm64)(?:_be)?$/, 'arm64'],
  [/^arm/, 'arm'],
  [/^riscv/, 'riscv'],
  [/^s390/, 's390'],
  [/^(?:ppc|powerpc)/, 'powerpc'],
  [/^mips/, 'mips'],
  [/^loongarch/, 'loongarch'],
  [/^sparc/, 'sparc'],
];

/** Undefined for a machine that libbpf has no name for. */
export function targetArchitecture(machine: string): string | undefined {
  return families.find(([pattern]) => pattern.test(machine))?.[1];
}

/** Objects carry the byte order of their kernel. */
export function clangTarget(machine: string): 'bpf' | 'bpfeb' {
  return /^(?:s390|ppc$|ppc64$|mips$|mips64$|sparc)|_be$/.test(machine) ? 'bpfeb' : 'bpf';
}
