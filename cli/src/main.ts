/** `ebpf-workbench`: the language server's abilities without an editor. */
import { once } from 'node:events';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from './command';
import { runCommandLine } from './run';

const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

const interruption = new AbortController();

const io: Io = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  input: () => process.stdin,
  cwd: process.cwd(),
  dist: __dirname,
  cacheDir: join(cache, 'ebpf-workbench'),
  colour: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  async drained() {
    const { stdout } = process;
    // Where nobody reads any more there is nothing to wait for.
    const { signal } = interruption;
    if (stdout.writableNeedDrain) await once(stdout, 'drain', { signal }).catch(() => undefined);
  },
  interrupted() {
    // A second Ctrl-C ends the process at once: everything ends by itself then, but nothing is said.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const name of signals) process.once(name, () => interruption.abort());
    return interruption.signal;
  },
};

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exitCode = error.code === 'EPIPE' ? 0 : 1;
  interruption.abort();
});

// All is done and written then. Node would give its memory back piece by piece, which the end of a process does for nothing.
process.once('beforeExit', (code) => process.exit(code));

void runCommandLine(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
