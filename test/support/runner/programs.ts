/** Programs to run on hosts. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './installation';

/** Who changes the mode of which file. */
export const fchmodat = fileURLToPath(new URL('../../../examples/fchmodat.bpf.c', import.meta.url));
export const fchmodatName = 'handle_fchmodat';

/** The same, to be looked for on this machine: no test that runs at the same time has a program of this name. */
export async function ownFchmodat(): Promise<{ readonly path: string; readonly name: string }> {
  const name = `fchmodat_${process.pid.toString(36)}`;
  const text = await readFile(fchmodat, 'utf8');
  return { path: await programFile(text.replaceAll(fchmodatName, name), 'fchmodat.bpf.c'), name };
}

/** A file of the test's own. */
export async function programFile(text: string, name = 'program.bpf.c'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

/** With what nearly every program begins with. */
export function program(text: string): Promise<string> {
  return programFile(`#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
${text}`);
}
