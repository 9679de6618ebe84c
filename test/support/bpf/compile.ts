/** C text to a BPF object, with the vmlinux.h of a kernel in reach. */
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { mustRun } from '#support/process';
import { cached } from './cache';
import { runClang } from './clang';
import { findOnPath, kernelBtf } from './requirements';

export interface CompileOptions {
  /** Further files beside the source, by name: `{ 'shared.h': '…' }`. A `vmlinux.h` here wins over the kernel's. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further arguments for clang: `-Wall`, `-Werror`, `-DX=1`. */
  readonly flags?: readonly string[];
  /** Of another kernel than the running one. */
  readonly kernel?: TargetKernel;
}

export interface TargetKernel {
  /** The path of a file named `vmlinux.h`. */
  readonly header: string;
  /** Of another machine than this one. */
  readonly arch?: Machine;
}

/** As Node calls it. */
export type Machine = 'x64' | 'arm64';

export interface CompiledObject {
  readonly path: string;
  /** What clang printed: warnings. */
  readonly messages: string;
}

const targets: Readonly<Record<Machine, string>> = { x64: 'x86', arm64: 'arm64' };
const multiarch: Readonly<Record<Machine, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

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
  const kernel = options.kernel ?? { header: await vmlinuxHeader() };
  const { code, stderr } = await runClang([
    ...commonFlags(kernel),
    ...['-I', folder, '-I', dirname(kernel.header)],
    ...(includesKernel ? ['-include-pch', await precompiledHeader(kernel)] : []),
    ...(options.flags ?? []),
    ...['-c', input, '-o', path],
  ]);
  if (code !== 0) throw new Error(`clang does not compile it:\n${stderr}`);
  return { path, messages: stderr };
}

function commonFlags({ arch }: TargetKernel): readonly string[] {
  const here = thisMachine();
  return [
    ...['-target', 'bpf', '-O2', '-g', `-D__TARGET_ARCH_${targets[arch ?? here]}`],
    // vmlinux.h of kernels from 6.19 has Microsoft-style anonymous members.
    ...['-fms-extensions', '-Wno-microsoft-anon-tag'],
    ...['-idirafter', `/usr/include/${multiarch[here]}`],
  ];
}

function thisMachine(): Machine {
  const { arch } = process;
  if (arch !== 'x64' && arch !== 'arm64') throw new Error(`no BPF target for ${arch}`);
  return arch;
}

/**
 * vmlinux.h as clang has parsed it: a program compiles in 0.3 s instead of 0.9 s, to the same bytes. Clang refuses one
 * that another clang made, or whose header was written anew.
 */
async function precompiledHeader(kernel: TargetKernel): Promise<string> {
  const { header } = kernel;
  const clang = await realpath(findOnPath('clang') ?? 'clang');
  const ages = await Promise.all(
    [header, clang].map(async (path) => `${path} ${(await stat(path)).mtimeMs}`),
  );
  const flags = commonFlags(kernel);
  return cached('vmlinux.pch', [...ages, ...flags], async (path) => {
    await mustRun('clang', [...flags, '-x', 'c-header', header, '-o', path]);
  });
}

/**
 * The running kernel's types as C, made once per kernel: the path of a file named `vmlinux.h`. The kernel is known by its
 * build ID: to read and hash its types takes as long as to compile a program.
 */
export async function vmlinuxHeader(): Promise<string> {
  return cached('vmlinux.h', [await readFile('/sys/kernel/notes')], async (path) => {
    await writeFile(path, await mustRun('bpftool', ['btf', 'dump', 'file', kernelBtf, 'format', 'c']));
  });
}
