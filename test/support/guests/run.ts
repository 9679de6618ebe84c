/** Runs a tool that reads or prints bytes; `#support/process` is for text. */
import { spawn } from 'node:child_process';

export interface Executed {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Rejects only where the program cannot be started: an exit code is a result. */
export function run(
  command: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<Executed> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => stdout.push(data));
    child.stderr.on('data', (data: Buffer) => stderr.push(data));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
    // A program that ends without reading all of it is no error here: its exit code says more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** The stdout of a run that has to succeed. */
export function succeeded({ code, stdout, stderr }: Executed, what: string): Buffer {
  if (code !== 0) throw new Error(`${what} ended with ${code ?? 'a signal'}:\n${stderr}`);
  return stdout;
}
