/** A program that makes system calls of known outcome and duration: calls/main.c. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { mustRun } from '#support/process';
import { cached } from './cache';

const call = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    call: v.picklist(['clock_nanosleep', 'openat', 'execve']),
    pid: v.number(),
    ret: v.number(),
    /** Between two readings of the clock in user space; 0 where the caller cannot tell. */
    ns: v.number(),
    path: v.string(),
  }),
);

/** Something that was called. */
export type Call = v.InferOutput<typeof call>;

/** What the processes are called while they call. */
export const callsComm = 'ebpf-calls';

/** Runs it to its end. @param folder in which it may leave a file */
export async function makeCalls(folder: string): Promise<readonly Call[]> {
  const child = spawn(await callsPath(), [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  child.stdin.end();
  const lines = (await text(child.stdout)).trimEnd().split('\n');
  await closed;
  return lines.map((line) => v.parse(call, line));
}

async function callsPath(): Promise<string> {
  const source = fileURLToPath(new URL('calls/main.c', import.meta.url));
  return cached(callsComm, [await readFile(source)], async (output) => {
    await mustRun('cc', [
      '-std=gnu11',
      '-O2',
      '-Wall',
      '-Wextra',
      '-Werror',
      source,
      '-o',
      output,
      '-lpthread',
    ]);
  });
}
