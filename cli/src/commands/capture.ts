/** `capture`: a kernel as one `.ebpfkernel` file, to work with elsewhere. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { captureKernel } from '#server/kernel/capture';
import { KernelError } from '#server/kernel/errors';
import { readArguments } from '../arguments';
import { exitCode, kernelSource, MissingError, UsageError } from '../command';
import type { Command } from '../command';

export const capture: Command = {
  name: 'capture',
  usage: 'capture [--kernel local|DIRECTORY] [--origin TEXT] -o FILE.ebpfkernel',
  summary: 'write a snapshot of this machine’s kernel, or of a kernel directory',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string', default: 'local' },
      origin: { type: 'string' },
      output: { type: 'string', short: 'o' },
    });
    if (positionals.length > 0) throw new UsageError(`not understood: ${positionals.join(' ')}`);
    if (values.output === undefined) throw new UsageError('no file to write: give -o FILE.ebpfkernel');
    const source = kernelSource(values.kernel);
    if (source.kind !== 'local' && source.kind !== 'directory') {
      throw new UsageError(`--kernel takes local or a directory here, not ${values.kernel}`);
    }
    const options = values.origin === undefined ? {} : { origin: values.origin };
    const from = source.kind === 'directory' ? { ...source, path: resolve(io.cwd, source.path) } : source;
    const result = await captureKernel(from, options).catch((error: unknown) => {
      throw error instanceof KernelError ? new MissingError(error.message) : error;
    });
    await writeFile(resolve(io.cwd, values.output), result.bytes);
    for (const { message, where } of result.problems) {
      io.err(`${where === undefined ? '' : `${where}: `}${message}\n`);
    }
    const { release, machine } = result.meta;
    io.err(`${values.output}: ${release} ${machine}, ${result.bytes.length} bytes\n`);
    return exitCode.fine;
  },
};
