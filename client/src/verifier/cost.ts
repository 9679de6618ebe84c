/** What it took the verifier to accept or refuse a program, in words. */
import { readCost } from '#core/verifier/cost';
import { readLogLine } from '#core/verifier/log-lines';
import type { VerificationCost } from '#core/verifier/model';

/** The statistics are the last lines of a log; one for each function on the newest kernels. */
const tail = 64 * 1024;

export function costOf(log: string): VerificationCost | undefined {
  let cost: VerificationCost | undefined;
  for (const line of log.slice(-tail).split('\n')) {
    const read = readLogLine(line);
    if (read.kind === 'cost') cost = readCost(read.text, cost);
  }
  return cost !== undefined && cost.limit > 0 ? cost : undefined;
}

/** `1,204 of 1,000,000 instructions · 12 states · 64 bytes of stack` */
export function costWords({ processed, limit, totalStates, stackDepth = [] }: VerificationCost): string {
  const parts = [`${grouped(processed)} of ${grouped(limit)} instructions`];
  if (totalStates !== undefined) parts.push(counted(totalStates, 'state'));
  const [own = 0, ...called] = stackDepth;
  if (called.length > 0) {
    const deepest = Math.max(own, ...called);
    parts.push(`up to ${counted(deepest, 'byte')} of stack in each of ${called.length + 1} functions`);
  } else if (stackDepth.length === 1) parts.push(`${counted(own, 'byte')} of stack`);
  return parts.join(' · ');
}

/** In all languages alike, as the rest of our words. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
}
