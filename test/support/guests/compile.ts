/** C text to a BPF object for another kernel than the one that runs the tests. */
import { compileBpf } from '#support/bpf/compile';
import type { CompiledObject, Machine } from '#support/bpf/compile';
import type { Architecture } from './catalog';

const machines: Readonly<Record<Architecture, Machine>> = { amd64: 'x64', arm64: 'arm64' };

/** As `compileBpf`, against the `vmlinux.h` of this path; a warning is an error. */
export function compileFor(arch: Architecture, header: string, source: string): Promise<CompiledObject> {
  return compileBpf(source, { kernel: { header, arch: machines[arch] }, flags: ['-Wall', '-Werror'] });
}
