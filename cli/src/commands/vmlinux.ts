/** `vmlinux`: the types of a kernel as a C header, on any machine. */
import { resolve } from 'node:path';
import { writeWhole } from '#runner/capture/write-whole';
import { provenanceLine } from '#server/describe/provenance';
import { messageOf } from '#server/kernel/errors';
import { readArguments } from '../arguments';
import { exitCode, MissingError, UsageError } from '../command';
import type { Command } from '../command';
import { chooseKernel } from '../kernel';

export const vmlinux: Command = {
  name: 'vmlinux',
  usage: 'vmlinux [--kernel KERNEL] [-o FILE]',
  summary: 'write all types of a kernel as vmlinux.h',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string' },
      output: { type: 'string', short: 'o' },
    });
    if (positionals.length > 0) throw new UsageError(`not understood: ${positionals.join(' ')}`);
    const { view, idle } = await chooseKernel(values.kernel, io);
    await idle;
    const { types, provenance } = view.index;
    if (types.empty) throw new MissingError(`${provenance.release} has no BTF to make a vmlinux.h from`);
    const text = types.header(provenanceLine(provenance));
    if (values.output === undefined) io.out(text);
    else {
      await writeWhole(resolve(io.cwd, values.output), Buffer.from(text)).catch((error: unknown) => {
        throw new MissingError(`cannot be written: ${messageOf(error)}`);
      });
    }
    return exitCode.fine;
  },
};
