/** What no server that runs in Node can be faster than on this machine today: its speed, and its noise. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { median, quantile } from './statistics';

/** Milliseconds. */
export interface Floor {
  /** From the spawn of a Node with nothing to do but to write one byte, to that byte. */
  readonly firstByte: number;
  /** The 99th percentile of answers of a Node that computes for exactly one millisecond. */
  readonly answerP99: number;
  /** Until a page of memory is there that was not: what is loaded or computed needs some. */
  readonly freshPage: number;
}

export async function measureFloor(starts: number, samples: number): Promise<Floor> {
  const times: number[] = [];
  for (let n = 0; n < starts; n++) {
    const spawned = performance.now();
    const child = run('process.stdout.write("0")');
    await once(child.stdout, 'data');
    times.push(performance.now() - spawned);
    if (child.exitCode === null) await once(child, 'exit');
  }
  return {
    firstByte: median(times),
    answerP99: quantile(await answers(samples), 0.99),
    freshPage: freshPage(),
  };
}

function freshPage(pages = 4096): number {
  const size = 4096;
  const memory = Buffer.allocUnsafeSlow(pages * size);
  const began = performance.now();
  for (let n = 0; n < memory.length; n += size) memory[n] = 1;
  return (performance.now() - began) / pages;
}

const answering = `process.stdin.on('data', () => {
  const end = performance.now() + 1;
  while (performance.now() < end);
  process.stdout.write('0'.repeat(1500));
})`;

async function answers(samples: number): Promise<number[]> {
  const child = run(answering);
  const times: number[] = [];
  for (let n = 0; n < samples; n++) {
    const began = performance.now();
    child.stdin.write('0');
    await once(child.stdout, 'data');
    // The first answer waits for the start.
    if (n > 0) times.push(performance.now() - began);
  }
  child.stdin.end();
  await once(child, 'exit');
  return times;
}

function run(script: string) {
  return spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}
