/** The program, compiled by a clang of this machine. */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { makeFailure, RunFailure } from '../failure/failure';
import type { BuildDiagnostic, BuildOptions, Failure } from '../model';
import { clangTarget, targetArchitecture } from './architecture';
import { compilerEnvironment } from './compiler-environment';
import { readDiagnostics } from './diagnostics';
import type { HeaderFolder } from './header-cache';
import type { HeaderUse, PrecompiledHeaders } from './precompiled';
import { findProgram, runTool } from './tool';
import type { ToolResult } from './tool';

export interface BuildRequest {
  readonly path: string;
  readonly options: BuildOptions;
  /** `uname -m` of the target. */
  readonly machine: string;
  /** A vmlinux.h that fits the target; the project's own wins. */
  readonly header?: HeaderFolder;
  /** Saves the time to read vmlinux.h. */
  readonly precompiled?: PrecompiledHeaders;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export type BuildResult =
  | { readonly kind: 'built'; readonly object: Uint8Array; readonly diagnostics: readonly BuildDiagnostic[] }
  /** The program includes a vmlinux.h, and there is none. */
  | { readonly kind: 'needs-header' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly diagnostics: readonly BuildDiagnostic[] };

export async function compile(request: BuildRequest): Promise<BuildResult> {
  const { path, options, signal, log } = request;
  const clang = await findProgram(options.clang ?? 'clang');
  if (clang === undefined) throw clangMissing(options.clang ?? 'clang');
  const cwd = options.cwd ?? dirname(path);
  const args = await clangArguments(request);
  const run = async (more: readonly string[]): Promise<ToolResult> => {
    const argv = [clang, ...args, ...more, '-c', path, '-o', '-'];
    log(argv.join(' '));
    return runTool(argv, { cwd, signal, env: compilerEnvironment(process.env) });
  };
  const use = { clang, args, folder: dirname(path), cwd, source: path };
  const { code, stdout, stderr } = await withPrecompiled(request.precompiled, use, run);
  return readResult({ code, object: stdout, words: stderr, cwd, header: request.header });
}

/** What fails is compiled without it, too: then nothing that the compiler says can come of it. */
async function withPrecompiled(
  precompiled: PrecompiledHeaders | undefined,
  use: HeaderUse,
  run: (more: readonly string[]) => Promise<ToolResult>,
): Promise<ToolResult> {
  const pch = await precompiled?.find(use);
  const quick = pch === undefined ? undefined : await run(['-include-pch', pch]);
  if (quick?.code === 0) return quick;
  const result = await run([]);
  if (result.code !== 0) return result;
  if (pch === undefined) void precompiled?.prepare(use);
  else await precompiled?.refuse(pch);
  return result;
}

export function clangMissing(name: string): RunFailure {
  return new RunFailure(
    'clang-missing',
    `there is no ${name} on this machine, nor on the host`,
    'Install clang (Debian: apt install clang; Fedora: dnf install clang; macOS: brew install llvm), or name it in the settings.',
  );
}

/** Without input and output. */
export async function clangArguments({
  options,
  machine,
  header,
}: Pick<BuildRequest, 'options' | 'machine' | 'header'>): Promise<string[]> {
  const system = `/usr/include/${machine}-linux-gnu`;
  const hasSystem = await stat(system).catch(() => undefined);
  return [
    ...compilerArguments(machine, header),
    '-fdiagnostics-absolute-paths',
    // Debian keeps <asm/types.h> there, where clang -target bpf does not look.
    ...(hasSystem ? ['-idirafter', system] : []),
    // After everything else: a vmlinux.h of the project is the one that it wants.
    ...(header ? ['-idirafter', header.folder] : []),
    ...(options.flags ?? []),
  ];
}

/** What every compiler is told, here and on the host. */
export function compilerArguments(machine: string, header: HeaderFolder | undefined): string[] {
  const arch = targetArchitecture(machine);
  return [
    '-target',
    clangTarget(machine),
    ...(arch === undefined ? [] : [`-D__TARGET_ARCH_${arch}`]),
    '-g',
    '-O2',
    '-fno-color-diagnostics',
    ...(header?.taggedMembers === true ? ['-fms-extensions', '-Wno-microsoft-anon-tag'] : []),
  ];
}

export interface Compiled {
  readonly code: number | null;
  readonly object: Uint8Array;
  /** The compiler's stderr. */
  readonly words: string;
  readonly cwd: string;
  readonly header: HeaderFolder | undefined;
}

export function readResult({ code, object, words, cwd, header }: Compiled): BuildResult {
  const diagnostics = readDiagnostics(words, cwd);
  if (code === 0 && object.length > 0) return { kind: 'built', object, diagnostics };
  const error = diagnostics.find(({ severity }) => severity === 'error');
  const missing = /^'(.+)' file not found/.exec(error?.message ?? '')?.[1];
  if (missing !== undefined && /(?:^|\/)vmlinux\.h$/.test(missing) && header === undefined) {
    return { kind: 'needs-header' };
  }
  return { kind: 'failed', failure: compileFailure(error, missing, words), diagnostics };
}

function compileFailure(
  error: BuildDiagnostic | undefined,
  missing: string | undefined,
  words: string,
): Failure {
  if (missing?.startsWith('bpf/') === true) {
    return makeFailure(
      'headers-missing',
      `libbpf’s headers are not installed: ${missing}`,
      'Install them (Debian: apt install libbpf-dev; Fedora: dnf install libbpf-devel), or name their folder with a -I flag in the settings.',
      words,
    );
  }
  if (/No available targets are compatible with triple|unable to create target/.test(words)) {
    return makeFailure(
      'clang-missing',
      'this clang cannot compile for BPF',
      'Apple’s and some vendors’ clang leave BPF out: install LLVM’s (macOS: brew install llvm) and name it in the settings.',
      words,
    );
  }
  if (error) {
    return makeFailure(
      'compile-error',
      `${basename(error.file)}:${error.line}: ${error.message}`,
      'Correct what the compiler says.',
      words,
    );
  }
  return makeFailure(
    'compile-error',
    'the compiler failed',
    'Its words are below. Flags of the settings may be the cause.',
    words,
  );
}
