/** Finds the command, runs it, and turns what it throws into a message and an exit code. */
import { exitCode, MissingError, UsageError } from './command';
import type { Command, ExitCode, Io } from './command';
import { capture } from './commands/capture';
import { check } from './commands/check';
import { doctor } from './commands/doctor';
import { events } from './commands/events';
import { explain } from './commands/explain';
import { generate } from './commands/generate';
import { run } from './commands/run';
import { show } from './commands/show';
import { verify } from './commands/verify';
import { vmlinux } from './commands/vmlinux';

const commands: readonly Command[] = [
  ...[check, events, show, generate, capture, vmlinux],
  ...[run, verify, explain, doctor],
];

export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    if (name !== undefined) {
      io.out(help());
      return exitCode.fine;
    }
    io.err(help());
    return exitCode.usage;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    io.err(`ebpf-workbench: there is no command ${name}\n\n${help()}`);
    return exitCode.usage;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`usage: ebpf-workbench ${command.usage}\n\n${command.summary}\n${kernelHelp}`);
    return exitCode.fine;
  }
  return attempt(command, rest, io);
}

async function attempt(command: Command, args: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await command.run(args, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.err(`ebpf-workbench ${command.name}: ${error.message}\nusage: ebpf-workbench ${command.usage}\n`);
      return exitCode.usage;
    }
    if (error instanceof MissingError) {
      io.err(`ebpf-workbench ${command.name}: ${error.message}\n`);
      return exitCode.missing;
    }
    throw error;
  }
}

const kernelHelp = `
KERNEL is local, auto (local if readable, else bundled), the id of a bundled kernel such as 6.12-debian-amd64,
a snapshot file (*.ebpfkernel), or a kernel directory (a path with a slash).
`;

function help(): string {
  const lines = commands.map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return `usage: ebpf-workbench COMMAND …\n\n${lines.join('\n')}\n${kernelHelp}`;
}
