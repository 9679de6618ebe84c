/** What the kernel of a guest says to probes of its functions, and its own lists of them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cached } from '#support/bpf/cache';
import { mustRun } from '#support/process';
import type { KernelIndex } from '#core/kernel/model';
import type { Guest } from './guest';
import { readGuestKernel } from './kernel';

export interface ProbeAnswer {
  readonly name: string;
  /** Of making or loading it; 0: it did. */
  readonly errno: number;
  /** Of attaching it, where that is another step. */
  readonly attach: number;
}

const program = '/tmp/functions';

/** In no order. */
export async function askFunctions(
  guest: Guest,
  how: 'kprobe' | 'fentry' | 'multi',
  names: readonly string[],
): Promise<readonly ProbeAnswer[]> {
  const lines = await ask(guest, [how], names);
  return lines.map(([name = '', errno, attach = 0]) => ({
    name,
    errno: Number(errno),
    attach: Number(attach),
  }));
}

/** What the verifier says to a fentry program that reads the n-th word of its context: 0 or an errno, for `most` of them. */
export async function askWords(
  guest: Guest,
  names: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const lines = await ask(guest, ['words', String(most)], names);
  return new Map(lines.map(([name = '', ...errnos]) => [name, errnos.map(Number)]));
}

/** Guests are x86-64. */
async function ask(
  guest: Guest,
  words: readonly string[],
  names: readonly string[],
): Promise<readonly (readonly string[])[]> {
  const source = fileURLToPath(new URL('functions.c', import.meta.url));
  const path = await cached('functions', [await readFile(source)], async (output) => {
    const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s'];
    await mustRun('cc', [...flags, source, '-o', output, '-lbpf', '-lelf', '-lz']);
  });
  await guest.upload(await readFile(path), program);
  // What the kernel prints of each refusal takes longer than the refusal.
  await guest.mustExec('dmesg -n 1');
  const output = await guest.mustExec([program, ...words], { input: `${names.join('\n')}\n` });
  return output
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

/** Its index with `available_filter_functions`, and every name of code in its symbol table. */
export async function readGuestFunctions(
  guest: Guest,
): Promise<{ readonly index: KernelIndex; readonly symbols: readonly string[] }> {
  const { view } = await readGuestKernel(guest);
  const list = await guest.mustExec('cat /sys/kernel/tracing/available_filter_functions');
  const names = list
    .toString()
    .split('\n')
    .map((line) => line.replace(/ .*/, ''));
  const functions = names.filter((name) => name !== '' && !name.startsWith('__ftrace_invalid_address__'));
  const symbols = await guest.mustExec(`awk '$2 ~ /^[tTwW]$/ { print $3 }' /proc/kallsyms`);
  const { provenance, events, types } = view.index;
  const index: KernelIndex = {
    provenance,
    events,
    types,
    functions: [...new Set(functions)].sort(),
    format: (category, name) => view.index.format(category, name),
    formatText: (category, name) => view.index.formatText(category, name),
    problems: [],
  };
  return { index, symbols: [...new Set(symbols.toString().trimEnd().split('\n'))].sort() };
}
