/** Finds the command, runs it, and turns what it throws into a message and an exit code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, MissingError, UsageError } from './command';
import type { Command, ExitCode, Io } from './command';

/** A bundle each, of which one run loads one. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check')).check,
  events: async () => (await import('./commands/events')).events,
  show: async () => (await import('./commands/show')).show,
  generate: async () => (await import('./commands/generate')).generate,
  capture: async () => (await import('./commands/capture')).capture,
  vmlinux: async () => (await import('./commands/vmlinux')).vmlinux,
  run: async () => (await import('./commands/run')).run,
  verify: async () => (await import('./commands/verify')).verify,
  explain: async () => (await import('./commands/explain')).explain,
  doctor: async () => (await import('./commands/doctor')).doctor,
};

export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    if (name !== undefined) {
      io.out(await help());
      return exitCode.fine;
    }
    io.err(await help());
    return exitCode.usage;
  }
  if (name === '--version') {
    io.out(`${await version(io)}\n`);
    return exitCode.fine;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    io.err(`ebpf-workbench: there is no command ${name}\n\n${await help()}`);
    return exitCode.usage;
  }
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(`usage: ebpf-workbench ${command.usage}\n\n${command.summary}\n${kernelHelp}`);
    return exitCode.fine;
  }
  return attempt(command, rest, io);
}

async function version({ dist }: Io): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(dist, '..', 'package.json'), 'utf8'));
  const has = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return has && typeof manifest.version === 'string' ? manifest.version : 'unknown';
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

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const lines = all.map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return `usage: ebpf-workbench COMMAND …\n\n${lines.join('\n')}\n${kernelHelp}`;
}
