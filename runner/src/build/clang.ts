/** The program, compiled by a clang of this machine. */
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { makeFailure, RunFailure } from '../failure/failure';
import type { BuildDiagnostic, BuildOptions, Failure } from '../model';
import { clangTarget, targetArchitecture } from './architecture';
import { readDiagnostics } from './diagnostics';
import type { HeaderFolder } from './header-cache';
import { findProgram, runTool } from './tool';

export interface BuildRequest {
  readonly path: string;
  readonly options: BuildOptions;
  /** `uname -m` of the target. */
  readonly machine: string;
  /** A vmlinux.h that fits the target; the project's own wins. */
  readonly header?: HeaderFolder;
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
  const argv = [clang, ...(await clangArguments(request)), '-c', path, '-o', '-'];
  const cwd = options.cwd ?? dirname(path);
  log(argv.join(' '));
  const { code, stdout, stderr } = await runTool(argv, { cwd, signal, env: { LC_ALL: 'C' } });
  return readResult({ code, object: stdout, words: stderr, cwd, header: request.header });
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
