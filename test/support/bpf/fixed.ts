/** A candidate as its own quick fixes leave it. */
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import { applyFix, findingsOf } from '#support/check-fixture';
import type { Candidate } from './judge';

/**
 * As the editor would have it: the first fix in a file of its own, as often as there is something to fix.
 * @throws where nothing can be fixed, or there is no end
 */
export async function fixed(
  candidate: Candidate,
  { kernel, shared }: { readonly kernel: KernelView; readonly shared: string },
): Promise<Candidate> {
  const context = { analyzer: await testAnalyzer(), kernel };
  const before = `#include "vmlinux.h"\nchar LICENSE[] SEC("license") = "GPL";\n${shared}`;
  let { text } = candidate;
  for (let round = 0; round < 5; round++) {
    const [finding] = await findingsOf(before + text, context);
    if (finding === undefined) {
      if (round > 0) return { ...candidate, text };
      break;
    }
    if (finding.fixes.length === 0) break;
    text = applyFix(before + text, finding).slice(before.length);
  }
  throw new Error(`nothing to fix in ${candidate.name}, or no end: ${text}`);
}
