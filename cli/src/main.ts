/** `ebpf-workbench`: the language server's abilities without an editor. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from './command';
import { runCommandLine } from './run';

const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  cwd: process.cwd(),
  dist: __dirname,
  cacheDir: join(cache, 'ebpf-workbench'),
  colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exitCode = error.code === 'EPIPE' ? 0 : 1;
});

void runCommandLine(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
