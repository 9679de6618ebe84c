/** Thousands of small generated programs, each judged by the kernel. */
import { compileBpf } from './compile';
import { loadPrograms } from './loader';
import type { ProgramVerdict } from './loader';

/** One program, and what its author wants to remember about it. */
export interface Candidate<Note> {
  /** The name of the function: unique, at most 15 characters survive in the kernel but all in the verdict. */
  readonly name: string;
  /** Its C text with everything it needs beyond vmlinux.h and libbpf's headers: structs, SEC, the function. */
  readonly text: string;
  readonly note: Note;
}

export interface Judged<Note> {
  readonly candidate: Candidate<Note>;
  readonly kernel: ProgramVerdict;
}

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";
`;

/** Programs per object: each holds a file descriptor or two until its object is done. */
const batchSize = 1500;

/** The kernel's verdicts in the order of the candidates. To be called in a test. */
export async function judge<Note>(
  candidates: readonly Candidate<Note>[],
  options: { readonly attach: boolean },
): Promise<readonly Judged<Note>[]> {
  const judged: Judged<Note>[] = [];
  for (let start = 0; start < candidates.length; start += batchSize) {
    const batch = candidates.slice(start, start + batchSize);
    const { path } = await compileBpf(prelude + batch.map(({ text }) => text).join('\n'));
    const verdicts = new Map(
      (await loadPrograms(path, options)).map((verdict) => [verdict.program, verdict]),
    );
    for (const candidate of batch) {
      const kernel = verdicts.get(candidate.name);
      if (kernel === undefined) throw new Error(`the kernel was not asked about ${candidate.name}`);
      judged.push({ candidate, kernel });
    }
  }
  return judged;
}
