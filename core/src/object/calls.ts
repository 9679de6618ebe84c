/** What a program calls beyond itself, by the instructions that do it. */
import { OP } from '../decode/instructions';
import type { LinkedProgram } from './link';

/** Indices of instructions by the number of the helper that they call. */
export function helperCalls({ code }: LinkedProgram): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const [at, { opcode, source, immediate, poison }] of code.entries()) {
    if (opcode === OP.call && source === 0 && !poison) put(found, immediate, at);
  }
  return found;
}

/** Indices of instructions by the kernel function that they call, as the object names it. */
export function kernelCalls({ code }: LinkedProgram): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [at, { opcode, kernelFunction }] of code.entries()) {
    if (opcode === OP.call && kernelFunction !== undefined) put(found, kernelFunction.name, at);
  }
  return found;
}

function put<Key>(found: Map<Key, number[]>, key: Key, at: number): void {
  const known = found.get(key);
  if (known) known.push(at);
  else found.set(key, [at]);
}
