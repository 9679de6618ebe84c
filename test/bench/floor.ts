/** What no server that runs in Node can be faster than, and how fast the machine is today. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { median } from './statistics';

/** Milliseconds from the spawn of a Node with nothing to do but to write one byte, to that byte. */
export async function measureFloor(runs: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < runs; n++) {
    const spawned = performance.now();
    const child = spawn(process.execPath, ['-e', 'process.stdout.write("0")'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    times.push(performance.now() - spawned);
    if (child.exitCode === null) await once(child, 'exit');
  }
  return median(times);
}
