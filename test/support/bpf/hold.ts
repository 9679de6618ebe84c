/**
 * What makes detaching cheap: an event held open on every tracepoint. Closing the last one on a tracepoint waits for
 * grace periods of RCU under a lock that all processes share, 27 ms however many CPUs there are; closing another does not.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closed } from '#support/alone';
import { ensureTracefs } from '#support/tracefs';
import { buildLoader } from './loader';

const name = 'ebpf-workbench-test-tracepoints';

/** Resolves when they are held. The function that it gives lets go of them, which goes on for a minute behind it. */
export async function holdTracepoints(): Promise<() => void> {
  await ensureTracefs();
  const holder = spawn(await buildLoader('cc', []), ['hold', name], {
    stdio: 'pipe',
    // A Ctrl+C at the terminal is not for it: it ends with its stdin, in its own time.
    detached: true,
  });
  holder.stderr.pipe(process.stderr, { end: false });
  const failed = once(holder, 'exit').then(([code]) => {
    throw new Error(`the holder of tracepoints ended with ${String(code)}`);
  });
  await Promise.race([once(holder.stdout, 'data'), failed]);
  failed.catch(() => undefined);
  return () => {
    holder.stdin.end();
    holder.stdout.destroy();
    holder.stderr.destroy();
    holder.unref();
  };
}

/** Resolves when nobody holds them, nor is still busy with letting go. */
export function tracepointsReleased(): Promise<void> {
  return closed(`\0${name}`);
}
