/** The kernel's own tracing files. */
import { existsSync } from 'node:fs';
import { mustRun } from '#support/process';

export const tracefs = '/sys/kernel/tracing';

/** Mounts tracefs where it is not; it stays mounted, as it is on a distribution. Needs root. */
export async function ensureTracefs(): Promise<string> {
  if (!existsSync(`${tracefs}/available_events`))
    await mustRun('mount', ['-t', 'tracefs', 'tracefs', tracefs]);
  return tracefs;
}
