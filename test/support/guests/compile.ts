/** C text to a BPF object for another kernel than the one that runs the tests. */
import { compileBpf } from '#support/bpf/compile';
import type { CompiledObject } from '#support/bpf/compile';
import type { Architecture } from './catalog';

const flags: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ['-U__TARGET_ARCH_arm64', '-D__TARGET_ARCH_x86'],
  arm64: ['-U__TARGET_ARCH_x86', '-D__TARGET_ARCH_arm64'],
};

/** As `compileBpf`, against this `vmlinux.h`; a warning is an error. */
export function compileFor(arch: Architecture, header: string, source: string): Promise<CompiledObject> {
  return compileBpf(source, {
    headers: { 'vmlinux.h': header },
    flags: ['-Wall', '-Werror', ...flags[arch]],
  });
}
