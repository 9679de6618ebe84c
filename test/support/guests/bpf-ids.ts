/** What is loaded into the kernel of a guest, by the kernel's own lists. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cached } from '#support/bpf/cache';
import { mustRun } from '#support/process';
import { arm64Compiler } from '../../../scripts/arm64-sysroot.mjs';
import type { Architecture } from './catalog';
import type { Guest } from './guest';

const program = '/tmp/bpf-ids';

/** Uploads the program that lists them; the command that runs it there: a line for each, `prog 12`, `map 7`, `link 3`. */
export async function bpfIdsCommand(guest: Guest): Promise<string> {
  await guest.upload(await readFile(await built(guest.spec.arch)), program);
  return program;
}

async function built(arch: Architecture): Promise<string> {
  const source = fileURLToPath(new URL('bpf-ids.c', import.meta.url));
  const compiler = arch === 'arm64' ? arm64Compiler : 'cc';
  return cached('bpf-ids', [compiler, await readFile(source)], async (output) => {
    await mustRun(compiler, ['-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s', source, '-o', output]);
  });
}
