/** What the tests against the real verifier need of the machine. `scripts/setup-test-tools.mjs` installs the tools. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Missing } from '#support/requirement';

export const kernelBtf = '/sys/kernel/btf/vmlinux';

/** The first thing that is missing for loading BPF programs here. */
export function requireKernel(): Missing {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root';
  if (!existsSync(kernelBtf)) return `a kernel with BTF (${kernelBtf})`;
  const tool = ['clang', 'cc', 'bpftool'].find((name) => findOnPath(name) === undefined);
  if (tool !== undefined) return `${tool} on PATH`;
  const header = ['bpf/libbpf.h', 'gelf.h', 'zlib.h'].find((name) => !existsSync(join('/usr/include', name)));
  return header && `/usr/include/${header}`;
}

/** The file that a shell would run. */
export function findOnPath(name: string): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
