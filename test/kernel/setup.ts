/** Once for the tier: thousands of programs are attached to tracepoints, and detached again. */
import { holdTracepoints } from '#support/bpf/hold';
import { requireKernel } from '#support/bpf/requirements';

/** Letting go of all tracepoints takes a minute: for a file or two of the tier that is not worth it. */
export default async function setup(): Promise<(() => void) | undefined> {
  const wholeTier = process.env['EBPF_TIER_SUMS'] !== undefined;
  return wholeTier && requireKernel() === undefined ? holdTracepoints() : undefined;
}
