/**
 * Suites that need more than Node. Where it is missing they are skipped, not passed, and say why: `npm test` counts
 * the skipped tests and prints the reasons (docs/testing.md).
 */
import { describe } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the suite or test did not run here. */
    skipReason?: string;
  }
}

/** What is missing for a suite to run here, as a phrase ("root", "clang on PATH"); undefined if nothing is. */
export type Missing = string | undefined;

/** A `describe` that runs unless something is missing. */
export function describeUnless(missing: Missing, name: string, body: () => void): void {
  if (missing === undefined) describe(name, body);
  else describe(name, { skip: true, meta: { skipReason: `needs ${missing}` } }, body);
}
