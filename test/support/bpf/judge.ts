/** Thousands of small generated programs, each judged by the kernel and by the checks. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkSource } from '#server/check-source';
import type { DiagnosticCode, Finding } from '#server/checks/check';
import { createHeaderStore } from '#server/headers/store';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { inParallel } from '#support/in-parallel';
import { compileBpf, vmlinuxHeader } from './compile';
import { loadPrograms } from './loader';
import type { ProgramVerdict } from './loader';

/** One program, as C text with everything that it needs beyond vmlinux.h and libbpf's headers. */
export interface Candidate {
  /** The name of its function, unique among the candidates. */
  readonly name: string;
  readonly text: string;
}

export interface Judged {
  readonly candidate: Candidate;
  readonly kernel: ProgramVerdict;
  readonly findings: readonly Finding[];
}

export interface JudgeOptions {
  readonly attach: boolean;
  readonly kernel: KernelView;
  /** C text that all candidates may use: maps, macros. */
  readonly shared?: string;
}

const prelude = `#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";
`;

/** Programs per object: clang's time grows faster than their number. */
const batchSize = 400;

/**
 * Both verdicts on every candidate, in order. The checks see the same file as clang, with the kernel's own vmlinux.h
 * in reach. To be called in a test.
 */
export async function judge(
  candidates: readonly Candidate[],
  options: JudgeOptions,
): Promise<readonly Judged[]> {
  const count = Math.ceil(candidates.length / batchSize);
  const batches = Array.from({ length: count }, (_, n) =>
    candidates.slice(n * batchSize, (n + 1) * batchSize),
  );
  return (await inParallel(batches, (batch) => judgeBatch(batch, options))).flat();
}

async function judgeBatch(batch: readonly Candidate[], options: JudgeOptions): Promise<readonly Judged[]> {
  const before = prelude + (options.shared ?? '');
  const text = before + batch.map((candidate) => candidate.text).join('');
  const { path } = await compileBpf(text);
  const verdicts = new Map((await loadPrograms(path, options)).map((verdict) => [verdict.program, verdict]));
  const findings = await findingsIn(text, options.kernel);
  const judged: Judged[] = [];
  let position = before.length;
  for (const candidate of batch) {
    const kernel = verdicts.get(candidate.name);
    if (kernel === undefined) throw new Error(`the kernel was not asked about ${candidate.name}`);
    const end = position + candidate.text.length;
    const own = findings.filter(({ span }) => span.start >= position && span.start < end);
    judged.push({ candidate, kernel, findings: own });
    position = end;
  }
  return judged;
}

async function findingsIn(text: string, kernel: KernelView): Promise<readonly Finding[]> {
  const analyzer = await testAnalyzer();
  const store = createHeaderStore(analyzer);
  const uri = pathToFileURL(join(dirname(await vmlinuxHeader()), 'program.bpf.c')).href;
  return checkSource(text, {
    analyzer,
    kernel,
    uri,
    headers: (document, includes) => store.load(document, includes, []),
  });
}

/** What became of a program: `ok`, `load EACCES`, `attach EACCES`. */
export function outcome({ load, attach = 'ok' }: ProgramVerdict): string {
  if (load !== 'ok') return `load ${load}`;
  return attach === 'ok' ? 'ok' : `attach ${attach}`;
}

/**
 * Where the checks are wrong: an error of `code` on a program with another outcome than `refusal`, none on one that
 * has this outcome, or an error of another code on any. One line each.
 */
export function disagreements(
  judged: readonly Judged[],
  { code, refusal }: { readonly code: DiagnosticCode; readonly refusal: string },
): readonly string[] {
  return judged.flatMap(({ candidate, kernel, findings }) => {
    const errors = findings.filter(({ severity }) => severity === 'error').map((finding) => finding.code);
    const expected = errors.length > 0 ? refusal : 'ok';
    if (outcome(kernel) === expected && errors.every((error) => error === code)) return [];
    return [
      `${candidate.name}: the kernel says ${outcome(kernel)}, the checks say ${errors.join(', ') || 'ok'}`,
    ];
  });
}
