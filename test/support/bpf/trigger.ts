/** A program that makes kernel events happen and says what their fields must be: trigger/main.c. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { mustRun } from '#support/process';
import { cached } from './cache';

/** Something that was done. Values are decimal numbers, strings, or bytes in hexadecimal, by the field's name. */
export interface Deed {
  readonly event: string;
  /** The process it happened in. */
  readonly pid: number;
  readonly fields: Readonly<Record<string, string>>;
}

const deed = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({ event: v.string(), pid: v.number(), fields: v.record(v.string(), v.string()) }),
);

/** What the processes are called while they do it. */
export const triggerComm = 'ebpf-truth';

/** Starts the program, which does nothing until it is told to. */
export async function startTrigger(folder: string): Promise<{ go(): Promise<readonly Deed[]> }> {
  const child = spawn(await triggerPath(), [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  await once(child, 'spawn');
  return {
    async go() {
      child.stdin.end();
      const lines = (await text(child.stdout)).trimEnd().split('\n');
      await closed;
      return lines.map((line) => v.parse(deed, line));
    },
  };
}

async function triggerPath(): Promise<string> {
  const folder = fileURLToPath(new URL('trigger/', import.meta.url));
  const files = (await readdir(folder)).sort().map((name) => join(folder, name));
  const contents = await Promise.all(files.map((file) => readFile(file)));
  return cached(triggerComm, contents, async (output) => {
    const sources = files.filter((file) => file.endsWith('.c'));
    await mustRun('cc', ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', ...sources, '-o', output]);
  });
}
