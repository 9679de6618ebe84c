/** `ebpf-workbench` as a process of its own, which a test can kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { dist } from './installation';

export interface Client {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Stdout up to the first line that is so; rejects where the client ends before. */
  line(is: (line: string) => boolean): Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  /** The process that it runs the host by: ssh, or sh. */
  child(name: string): Promise<number>;
}

/** Killed when the test ends, whatever happened. */
export function startClient(args: readonly string[]): Client {
  const child = spawn(process.execPath, [join(dist, 'cli.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, out, err }));
  const pid = child.pid ?? 0;
  return {
    pid,
    kill: (signal) => void child.kill(signal),
    ended,
    async line(is) {
      for (;;) {
        const found = out.split('\n').slice(0, -1).find(is);
        if (found !== undefined) return found;
        const more = once(child.stdout, 'data').then(() => true);
        if (!(await Promise.race([more, ended.then(() => false)])))
          throw new Error(`the client ended:\n${err}`);
      }
    },
    async child(name) {
      const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      for (const word of list.trim().split(' ')) {
        const comm = await readFile(`/proc/${word}/comm`, 'utf8').catch(() => '');
        if (comm.trim() === name) return Number(word);
      }
      throw new Error(`the client runs no ${name}`);
    },
  };
}

export const isRunning = (line: string): boolean => line.includes('"state":"running"');
