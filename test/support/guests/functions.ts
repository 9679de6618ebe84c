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

/** Asks the kernel of one guest. */
export interface FunctionProber {
  /** In no order. */
  functions(how: 'kprobe' | 'fentry' | 'multi', names: readonly string[]): Promise<readonly ProbeAnswer[]>;
  /** What the verifier says to a fentry program that reads the n-th word of its context: 0 or an errno, for `most` of them. */
  words(names: readonly string[], most: number): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Every name of code in its symbol table, sorted. */
  symbols(): Promise<readonly string[]>;
}

const program = '/tmp/functions';

/** Uploads what asks. Guests are x86-64. */
export async function functionProber(guest: Guest): Promise<FunctionProber> {
  const source = fileURLToPath(new URL('functions.c', import.meta.url));
  const path = await cached('functions', [await readFile(source)], async (output) => {
    const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s'];
    await mustRun('cc', [...flags, source, '-o', output, '-lbpf', '-lelf', '-lz']);
  });
  await guest.upload(await readFile(path), program);
  // What the kernel prints of each refusal takes longer than the refusal.
  await guest.mustExec('dmesg -n 1');
  const ask = async (words: readonly string[], names: readonly string[]): Promise<readonly string[]> => {
    const output = await guest.mustExec([program, ...words], { input: `${names.join('\n')}\n` });
    return output.toString().trimEnd().split('\n');
  };
  return {
    async functions(how, names) {
      return (await ask([how], names)).map((line) => {
        const [name = '', errno, attach = 0] = line.split(' ');
        return { name, errno: Number(errno), attach: Number(attach) };
      });
    },
    async words(names, most) {
      const lines = await ask(['words', String(most)], names);
      return new Map(
        lines.map((line) => {
          const [name = '', ...errnos] = line.split(' ');
          return [name, errnos.map(Number)];
        }),
      );
    },
    async symbols() {
      return [...new Set(await ask(['symbols'], []))].sort();
    },
  };
}

/** Its index, with `available_filter_functions`. */
export async function readGuestFunctions(guest: Guest): Promise<KernelIndex> {
  const { view } = await readGuestKernel(guest);
  const list = await guest.mustExec('cat /sys/kernel/tracing/available_filter_functions');
  const names = list
    .toString()
    .split('\n')
    .map((line) => line.replace(/ .*/, ''));
  const functions = names.filter((name) => name !== '' && !name.startsWith('__ftrace_invalid_address__'));
  const { provenance, events, types } = view.index;
  return {
    provenance,
    events,
    types,
    functions: [...new Set(functions)].sort(),
    format: (category, name) => view.index.format(category, name),
    formatText: (category, name) => view.index.formatText(category, name),
    problems: [],
  };
}
