/** The steps of a host, told as they begin and end. */
import { failureOf, makeFailure } from '../failure/failure';
import type { StepEvent, StepName } from '../model';

export interface StepEnd {
  done(detail?: string): void;
  failed(error: unknown): void;
}

export class Steps {
  readonly #tell: (event: StepEvent) => void;
  readonly #signal: AbortSignal;

  constructor(tell: (event: StepEvent) => void, signal: AbortSignal) {
    this.#tell = tell;
    this.#signal = signal;
  }

  /** Runs a step; the result says in `detail` what came out. What it throws is told and thrown on. */
  async run<T>(step: StepName, work: () => Promise<T>, detail?: (result: T) => string): Promise<T> {
    const end = this.start(step);
    try {
      const result = await work();
      end.done(detail?.(result));
      return result;
    } catch (error) {
      end.failed(error);
      throw error;
    }
  }

  start(step: StepName): StepEnd {
    const begin = performance.now();
    const milliseconds = () => Math.round((performance.now() - begin) * 10) / 10;
    this.#tell({ type: 'step', step, state: 'started' });
    return {
      done: (detail) =>
        this.#tell({
          type: 'step',
          step,
          state: 'done',
          milliseconds: milliseconds(),
          ...(detail !== undefined && { detail }),
        }),
      failed: (error) =>
        this.#tell({
          type: 'step',
          step,
          state: 'failed',
          milliseconds: milliseconds(),
          failure: this.#signal.aborted ? cancelled : failureOf(error),
        }),
    };
  }

  skip(step: StepName, detail: string): void {
    this.#tell({ type: 'step', step, state: 'skipped', detail });
  }
}

const cancelled = makeFailure('cancelled', 'cancelled', 'Run again when you like.');
