/** The project's own build, as an argv of the user's settings. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFailure, RunFailure } from '../failure/failure';
import { targetArchitecture } from './architecture';
import type { BuildRequest, BuildResult } from './clang';
import { readDiagnostics } from './diagnostics';
import { runTool } from './tool';

export function usesHeader(command: readonly string[]): boolean {
  return command.some((word) => word.includes('${vmlinuxDir}'));
}

/** `command` is what `request.options` has, not empty. */
export async function runBuildCommand(
  command: readonly string[],
  request: BuildRequest,
): Promise<BuildResult> {
  const { path, options, machine, header, signal, log } = request;
  const cwd = options.cwd ?? dirname(path);
  const folder = await mkdtemp(join(tmpdir(), 'ebpf-build-'));
  try {
    const output = join(folder, basename(path).replace(/\.c$/, '') + '.o');
    const values: Readonly<Record<string, string>> = {
      file: path,
      output,
      arch: targetArchitecture(machine) ?? machine,
      vmlinuxDir: header?.folder ?? '',
    };
    const argv = command.map((word) =>
      word.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
    );
    log(argv.join(' '));
    const { code, stdout, stderr } = await runTool(argv, { cwd, signal }).catch((error: unknown) => {
      throw signal.aborted ? error : cannotRun(argv[0] ?? '', error);
    });
    const words = `${stdout.toString()}${stderr}`;
    const diagnostics = readDiagnostics(words, cwd);
    if (code !== 0) {
      const isCompile = diagnostics.some(({ severity }) => severity === 'error');
      return {
        kind: 'failed',
        failure: makeFailure(
          isCompile ? 'compile-error' : 'build-command-failed',
          `the build command ended with ${code ?? 'a signal'}: ${argv.join(' ')}`,
          isCompile
            ? 'Correct what the compiler says.'
            : 'Its words are below; it is set in ebpf.build.command.',
          words,
        ),
        diagnostics,
      };
    }
    const object = options.object === undefined ? output : resolve(cwd, options.object);
    return { kind: 'built', object: await readObject(object), diagnostics };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function cannotRun(program: string, error: unknown): RunFailure {
  return new RunFailure(
    'build-command-failed',
    `the build command cannot be run: ${program}: ${error instanceof Error ? error.message : String(error)}`,
    'It is set in ebpf.build.command.',
  );
}

async function readObject(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new RunFailure(
      'build-command-failed',
      `the build command left no object: ${error instanceof Error ? error.message : String(error)}`,
      'Let it write ${output}, or say where it writes.',
    );
  });
}
