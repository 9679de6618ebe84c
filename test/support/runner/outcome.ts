/** How a run on one host ends. */
import { expect } from 'vitest';
import type { Failure, RunEvent } from '#runner/model';
import { openRun } from './session';
import type { TestRunOptions } from './session';

export interface Ending {
  /** Undefined where it went well. */
  readonly failure: Failure | undefined;
  readonly events: readonly RunEvent[];
}

/** Waits for the end of a run that ends by itself, because it fails or only verifies. */
export async function endingOf(options: TestRunOptions): Promise<Ending> {
  const run = openRun(options);
  const [outcome] = await run.outcomes();
  if (outcome?.failure) expectHelp(outcome.failure);
  return { failure: outcome?.failure, events: run.events };
}

/** Whatever goes wrong, a sentence says what and another one what to do. */
function expectHelp({ message, help }: Failure): void {
  expect(message).toMatch(/^\S[^\n]{8,}$/);
  expect(help).toMatch(/^\S[^\n]{10,}$/);
}
