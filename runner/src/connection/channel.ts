/**
 * A process that speaks for a host: ssh, or a shell of this machine. What it says on stdout is read line by line,
 * stderr is kept for explanations.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LineReader } from './lines';

export interface Exit {
  /** Null where a signal ended it, or where it could not be started. */
  readonly code: number | null;
  /** Why it could not be started: `ENOENT`. */
  readonly startError?: string;
}

export interface Channel {
  readonly lines: LineReader;
  /** Has no effect after the end. */
  write(data: string | Uint8Array): void;
  /** The last 16 KB of stderr. */
  words(): string;
  /** What is added to stderr from now on, as it comes; pieces need not be lines. */
  onWords(listener: (text: string) => void): void;
  /**
   * Ends it: by closing its stdin and SIGTERM, and after a second by SIGKILL, with whatever it started here. What it
   * has said and nobody read is lost, so that nobody waits for it to be read.
   */
  close(): void;
  readonly exited: Promise<Exit>;
}

const keptWords = 16_384;

export interface ChannelCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Starts it in a process group and session of its own, so that Ctrl-C in a terminal does not reach it before us. */
export function openChannel({ program, args, env }: ChannelCommand): Channel {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let words = '';
  const listeners: ((text: string) => void)[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-keptWords);
    for (const listener of listeners) listener(text);
  });
  // Writing to a process that is gone is no failure of its own: the exit says what happened.
  child.stdin.on('error', () => undefined);
  let ended = false;
  const exited = exitOf(child).finally(() => (ended = true));
  return {
    lines: new LineReader(child.stdout),
    write(data) {
      if (!ended) child.stdin.write(data);
    },
    words: () => words,
    onWords: (listener) => void listeners.push(listener),
    close() {
      void exited.then(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
      if (ended) return;
      child.stdin.end();
      child.kill('SIGTERM');
      const timer = setTimeout(() => killGroup(child), 1000);
      void exited.then(() => clearTimeout(timer));
    },
    exited,
  };
}

type Child = ReturnType<typeof spawn>;

function killGroup(child: Child): void {
  try {
    if (process.platform !== 'win32' && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Some of it, sudo perhaps, is not ours to kill.
  }
  child.kill('SIGKILL');
}

/** A process that ssh started (a ProxyCommand) may hold its pipes open for longer than it lives. */
const pipesAfterExitMs = 500;

async function exitOf(child: Child): Promise<Exit> {
  const failed = new Promise<Exit>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      // A failure to kill comes here too, and is none to start.
      if (child.pid === undefined) resolve({ code: null, startError: error.code ?? error.message });
    });
  });
  // It also rejects where the process could not be started.
  const closed = once(child, 'close').catch(() => undefined);
  const exit = await Promise.race([
    failed,
    new Promise<Exit>((resolve) => child.once('exit', (code) => resolve({ code }))),
  ]);
  if (exit.startError !== undefined) return exit;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, pipesAfterExitMs)));
  await Promise.race([closed, late]);
  clearTimeout(timer);
  return exit;
}
