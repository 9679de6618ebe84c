/**
 * Questions to the person at the terminal, whatever stdin and stdout are connected to. Without a terminal every
 * question is declined.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ReadStream } from 'node:tty';
import type { RunnerUi } from '#runner/model';
import { createInTurn } from '#runner/run/in-turn';
import type { Io } from './command';

const enter = /[\r\n]/;
const interrupt = '\x03';
const erase = /[\x7f\b]/;

/** `verbose`: what the runner and its tools do is told, too. */
export function terminalUi(io: Io, { verbose }: { readonly verbose: boolean }): RunnerUi {
  const inTurn = createInTurn();
  return {
    secret: ({ prompt, host, attempt, kind }, signal) =>
      inTurn(() => {
        const again = attempt > 1 ? 'Wrong. ' : '';
        const where = kind === 'sudo' || prompt.includes(host) ? '' : `${host}: `;
        return question(`${again}${where}${prompt.replace(/:?\s*$/, '')}: `, { echo: false, signal });
      }),
    confirmHostKey: ({ prompt }, signal) =>
      inTurn(async () => {
        const answer = await question(`${prompt} `, { echo: true, signal });
        return answer?.trim().toLowerCase() === 'yes';
      }),
    notify: (message, host) => io.err(`${host}: ${message}\n`),
    log: (line) => {
      if (verbose) io.err(`${line}\n`);
    },
  };
}

interface Options {
  readonly echo: boolean;
  readonly signal: AbortSignal;
}

async function question(text: string, options: Options): Promise<string | undefined> {
  const terminal = await open('/dev/tty', 'r+').catch(() => undefined);
  if (!terminal) return undefined;
  try {
    await terminal.write(text);
    return await readLine(terminal, options);
  } finally {
    await terminal.write('\n').catch(() => undefined);
    await terminal.close();
  }
}

/** Undefined for Ctrl-C, or where nobody waits for it any more. */
function readLine(terminal: FileHandle, { echo, signal }: Options): Promise<string | undefined> {
  const stream = new ReadStream(terminal.fd);
  stream.setRawMode(true).setEncoding('utf8');
  return new Promise<string | undefined>((resolve) => {
    let line = '';
    const done = (answer: string | undefined) => {
      signal.removeEventListener('abort', giveUp);
      stream.setRawMode(false);
      stream.removeAllListeners('data').pause();
      resolve(answer);
    };
    const giveUp = () => done(undefined);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    stream.on('data', (keys: string) => {
      for (const key of keys) {
        if (enter.test(key)) {
          done(line);
          return;
        }
        if (key === interrupt) {
          done(undefined);
          return;
        }
        if (erase.test(key)) line = line.slice(0, -1);
        else line += key;
        if (echo) void terminal.write(erase.test(key) ? '\b \b' : key);
      }
    });
  });
}
