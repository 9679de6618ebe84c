/** `capture`: a kernel as one `.ebpfkernel` file, to work with elsewhere. */
import { resolve } from 'node:path';
import type { Problem } from '#core/result';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { captureHost } from '#runner/capture/capture-host';
import type { HostCaptureOptions } from '#runner/capture/capture-host';
import { RunFailure } from '#runner/failure/failure';
import { KernelError, messageOf } from '#server/kernel/errors';
import { readArguments } from '../arguments';
import { exitCode, kernelSource, MissingError, UsageError } from '../command';
import type { Command, Io } from '../command';
import { failureText } from '../format/failure';
import { hostOptions, placesOf, sshOf } from '../target';
import { terminalUi } from '../terminal';

interface Captured {
  readonly bytes: Uint8Array;
  readonly meta: SnapshotMeta;
  readonly problems: readonly Problem[];
}

export const capture: Command = {
  name: 'capture',
  usage:
    'capture [HOST] [--ssh-config FILE] [-v] [--small] [--kernel local|DIRECTORY] [--origin TEXT] -o FILE.ebpfkernel',
  summary: 'write a snapshot of the kernel of a host, of this machine, or of a kernel directory',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string' },
      origin: { type: 'string' },
      small: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o' },
      'ssh-config': hostOptions['ssh-config'],
      verbose: hostOptions.verbose,
    });
    const [host, ...others] = positionals;
    if (others.length > 0) throw new UsageError(`one host at a time, not also ${others.join(' ')}`);
    if (host !== undefined && values.kernel !== undefined)
      throw new UsageError('give a host or --kernel, not both');
    if (values.output === undefined) throw new UsageError('no file to write: give -o FILE.ebpfkernel');
    const options = values.origin === undefined ? {} : { origin: values.origin };
    const begin = performance.now();
    const captured =
      host === undefined
        ? await fromFiles(values.kernel ?? 'local', options, io)
        : await fromHost(host, values.small ? { ...options, quality: 11 } : options, values, io);
    if (captured === undefined) return exitCode.missing;
    const { bytes, meta, problems } = captured;
    await write(resolve(io.cwd, values.output), bytes);
    for (const { message, where } of problems) {
      io.err(`${where === undefined ? '' : `${where}: `}${message}\n`);
    }
    const seconds = ((performance.now() - begin) / 1000).toFixed(2);
    io.err(`${values.output}: ${meta.release} ${meta.machine}, ${bytes.length} bytes, ${seconds} s\n`);
    return exitCode.fine;
  },
};

interface Options {
  readonly origin?: string;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const { writeWhole } = await import('#runner/capture/write-whole');
  try {
    await writeWhole(path, bytes);
  } catch (error) {
    throw new MissingError(`cannot be written: ${messageOf(error)}`);
  }
}

async function fromFiles(kernel: string, options: Options, io: Io): Promise<Captured> {
  const source = kernelSource(kernel);
  if (source.kind !== 'local' && source.kind !== 'directory') {
    throw new UsageError(`--kernel takes local or a directory here, not ${kernel}`);
  }
  const { captureKernel } = await import('#server/kernel/capture');
  const from = source.kind === 'directory' ? { ...source, path: resolve(io.cwd, source.path) } : source;
  try {
    return await captureKernel(from, options);
  } catch (error) {
    throw error instanceof KernelError ? new MissingError(error.message) : error;
  }
}

/** Undefined where it failed, and that was said. */
async function fromHost(
  host: string,
  options: HostCaptureOptions,
  values: { readonly 'ssh-config'?: string | undefined; readonly verbose: boolean },
  io: Io,
): Promise<Captured | undefined> {
  const context = {
    ui: terminalUi(io, values),
    places: placesOf(io),
    ssh: sshOf(values, io),
    signal: io.interrupted?.() ?? new AbortController().signal,
  };
  try {
    return await captureHost({ kind: 'ssh', host }, context, options);
  } catch (error) {
    if (context.signal.aborted) io.err('interrupted: nothing was written\n');
    else if (error instanceof RunFailure) io.err(failureText(host, error.failure, io.colour));
    else throw error;
    return undefined;
  }
}
