/**
 * Builds of one source for several hosts at once: hosts of one architecture with the same vmlinux.h share a build.
 * One builder serves one run; a new run, with a source that may have changed, takes a new one.
 */
import { basename } from 'node:path';
import type { BuildOptions } from '../model';
import { clangTarget, targetArchitecture } from './architecture';
import { compile } from './clang';
import type { BuildResult } from './clang';
import { runBuildCommand, usesHeader } from './command';
import type { KernelHeader } from './header-cache';
import { checkObject } from './object';
import type { PrecompiledHeaders } from './precompiled';
import { readSource } from './source';
import { findProgram } from './tool';

export interface Builder {
  readonly path: string;
  readonly options: BuildOptions;
  /** Whether this machine can build it; else the host may. */
  canBuild(): Promise<boolean>;
  build(machine: string, header: KernelHeader | undefined): Promise<BuildResult>;
}

interface Context {
  readonly path: string;
  readonly options: BuildOptions;
  readonly precompiled?: PrecompiledHeaders;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export function createBuilder({ signal, log, ...context }: Context): Builder {
  const { path, options, precompiled } = context;
  let read: ReturnType<typeof readSource> | undefined;
  const source = () => (read ??= readSource(path));
  const builds = new Map<string, Promise<BuildResult>>();
  const command = options.command !== undefined && options.command.length > 0 ? options.command : undefined;

  async function start(machine: string, header: KernelHeader | undefined): Promise<BuildResult> {
    const found = await source();
    if (found.kind === 'object') return { kind: 'built', object: found.bytes, diagnostics: [] };
    const request = { path, options, machine, signal, log, ...(header && { header }) };
    if (!command) return compile({ ...request, ...(precompiled && { precompiled }) });
    return usesHeader(command) && !header ? { kind: 'needs-header' } : runBuildCommand(command, request);
  }

  return {
    path,
    options,
    async canBuild() {
      if ((await source()).kind === 'object' || command) return true;
      return (await findProgram(options.clang ?? 'clang')) !== undefined;
    },
    async build(machine, header) {
      const key = `${targetArchitecture(machine) ?? machine} ${clangTarget(machine)} ${header?.folder ?? ''}`;
      const build = builds.get(key) ?? start(machine, header);
      builds.set(key, build);
      const result = await build;
      if (result.kind === 'built') checkObject(result.object, machine, basename(path));
      return result;
    },
  };
}
