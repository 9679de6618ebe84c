/** At the end of a completion's line: which of the chosen kernels lack what it offers. */
import { notOn } from '../../describe/other-kernels';
import type { KernelView } from '../../view';

/** `tracepoint, not on 5.10-debian-amd64`; where several lack it, how many do. */
export function withMark(
  description: string,
  missing: readonly KernelView[],
  { others }: KernelView,
): string {
  if (missing.length === 0) return description;
  const count = `not on ${missing.length} of ${others.length + 1} kernels`;
  return `${description}, ${missing.length === 1 ? (notOn(missing) ?? '') : count}`;
}
