/** C text to a BPF object, with the running kernel's vmlinux.h in reach. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runTool, mustRun } from '#support/process';
import { cached } from './cache';
import { kernelBtf } from './requirements';

export interface CompileOptions {
  /** Further files beside the source, by name: `{ 'shared.h': '…' }`. A `vmlinux.h` here wins over the kernel's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further arguments for clang: `-Wall`, `-Werror`, `-DX=1`. */
  readonly flags?: readonly string[];
}

export interface CompiledObject {
  readonly path: string;
  /** What clang printed: warnings. */
  readonly messages: string;
}

const machine: Readonly<Record<string, { target: string; multiarch: string }>> = {
  x64: { target: '-D__TARGET_ARCH_x86', multiarch: 'x86_64-linux-gnu' },
  arm64: { target: '-D__TARGET_ARCH_arm64', multiarch: 'aarch64-linux-gnu' },
};

/**
 * Compiles as a libbpf project does (`clang -target bpf -O2 -g`). Rejects with clang's messages where it does not
 * compile. To be called in a test: the object goes when the test ends.
 */
export async function compileBpf(source: string, options: CompileOptions = {}): Promise<CompiledObject> {
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-workbench-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const files = { ...options.headers, 'program.bpf.c': source };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);

  const here = machine[process.arch];
  if (here === undefined) throw new Error(`no BPF target for ${process.arch}`);
  const input = join(folder, 'program.bpf.c');
  const path = join(folder, 'program.bpf.o');
  const { code, stderr } = await runTool('clang', [
    ...['-target', 'bpf', '-O2', '-g', here.target],
    // vmlinux.h of kernels from 6.19 has Microsoft-style anonymous members.
    ...['-fms-extensions', '-Wno-microsoft-anon-tag'],
    ...['-I', folder, '-I', dirname(await vmlinuxHeader()), '-idirafter', `/usr/include/${here.multiarch}`],
    ...(options.flags ?? []),
    ...['-c', input, '-o', path],
  ]);
  if (code !== 0) throw new Error(`clang does not compile it:\n${stderr}`);
  return { path, messages: stderr };
}

/** The running kernel's types as C, made once per kernel: the path of a file named `vmlinux.h`. */
export async function vmlinuxHeader(): Promise<string> {
  return cached('vmlinux.h', [await readFile(kernelBtf)], async (path) => {
    await writeFile(path, await mustRun('bpftool', ['btf', 'dump', 'file', kernelBtf, 'format', 'c']));
  });
}
