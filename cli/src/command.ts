/** What a command is, and what it may use. */
import type { KernelSource } from '#core/settings/kernel-source';

/** Exit codes: docs/command-line.md. */
export const exitCode = { fine: 0, findings: 1, usage: 2, missing: 3 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

export interface Command {
  readonly name: string;
  /** After the program's name: `check FILE… [--kernel K]`. */
  readonly usage: string;
  readonly summary: string;
  run(args: readonly string[], io: Io): Promise<ExitCode>;
}

/** The outside world, so that tests can be one. */
export interface Io {
  /** Results, and nothing else. */
  out(text: string): void;
  /** What is meant for people. */
  err(text: string): void;
  /** Stdin. */
  input(): AsyncIterable<Uint8Array>;
  readonly cwd: string;
  /** The folder with the wasm files and `kernels/`. */
  readonly dist: string;
  readonly cacheDir: string | undefined;
  readonly colour: boolean;
  /** Resolves when what was put `out` is mostly read: who prints without end waits for it. */
  drained?(): Promise<void>;
  /** Aborts at Ctrl-C, SIGTERM and SIGHUP, and when nobody reads what is put `out`; from the first call on they end nothing else. */
  interrupted?(): AbortSignal;
}

/** Wrong arguments: the message and the command's usage are shown, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that the command needs is not there: exit code 3. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/** `local`, `auto`, a snapshot file, a kernel directory, else the id of a bundled kernel. */
export function kernelSource(value: string | undefined): KernelSource {
  if (value === undefined || value === 'auto') return { kind: 'auto' };
  if (value === 'local') return { kind: 'local' };
  if (value.endsWith('.ebpfkernel')) return { kind: 'snapshot', path: value };
  if (value.includes('/') || value === '.') return { kind: 'directory', path: value };
  return { kind: 'bundled', id: value };
}
