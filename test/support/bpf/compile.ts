/** C text to a BPF object, with the running kernel's vmlinux.h in reach. */
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runTool, mustRun } from '#support/process';
import { cached } from './cache';
import { findOnPath, kernelBtf } from './requirements';

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

  const input = join(folder, 'program.bpf.c');
  const path = join(folder, 'program.bpf.o');
  const includesKernel =
    source.includes('#include "vmlinux.h"') && options.headers?.['vmlinux.h'] === undefined;
  const { code, stderr } = await runTool('clang', [
    ...commonFlags(),
    ...['-I', folder, '-I', dirname(await vmlinuxHeader())],
    ...(includesKernel ? ['-include-pch', await precompiledHeader()] : []),
    ...(options.flags ?? []),
    ...['-c', input, '-o', path],
  ]);
  if (code !== 0) throw new Error(`clang does not compile it:\n${stderr}`);
  return { path, messages: stderr };
}

function commonFlags(): readonly string[] {
  const here = machine[process.arch];
  if (here === undefined) throw new Error(`no BPF target for ${process.arch}`);
  return [
    ...['-target', 'bpf', '-O2', '-g', here.target],
    // vmlinux.h of kernels from 6.19 has Microsoft-style anonymous members.
    ...['-fms-extensions', '-Wno-microsoft-anon-tag'],
    ...['-idirafter', `/usr/include/${here.multiarch}`],
  ];
}

/**
 * vmlinux.h as clang has parsed it: a program compiles in 0.3 s instead of 0.9 s, to the same bytes. Clang refuses one
 * that another clang made, or whose header was written anew.
 */
async function precompiledHeader(): Promise<string> {
  const header = await vmlinuxHeader();
  const clang = await realpath(findOnPath('clang') ?? 'clang');
  const ages = await Promise.all(
    [header, clang].map(async (path) => `${path} ${(await stat(path)).mtimeMs}`),
  );
  return cached('vmlinux.pch', [...ages, ...commonFlags()], async (path) => {
    await mustRun('clang', [...commonFlags(), '-x', 'c-header', header, '-o', path]);
  });
}

/** The running kernel's types as C, made once per kernel: the path of a file named `vmlinux.h`. */
export async function vmlinuxHeader(): Promise<string> {
  return cached('vmlinux.h', [await readFile(kernelBtf)], async (path) => {
    await writeFile(path, await mustRun('bpftool', ['btf', 'dump', 'file', kernelBtf, 'format', 'c']));
  });
}
