/** Once for the tier: thousands of programs are compiled, attached to tracepoints, and detached again. */
import type { TestProject } from 'vitest/node';
import { serveClang } from '#support/bpf/clang';
import { holdTracepoints } from '#support/bpf/hold';
import { requireKernel } from '#support/bpf/requirements';

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (requireKernel() !== undefined) return undefined;
  const endClang = await serveClang(project);
  // Letting go of all tracepoints takes a minute: for a file or two of the tier that is not worth it.
  const wholeTier = process.env['EBPF_TIER_SUMS'] !== undefined;
  const letGo = wholeTier ? await holdTracepoints() : undefined;
  return async () => {
    letGo?.();
    await endClang();
  };
}
