/** Failures as they travel inside the runner: thrown, with the `Failure` that the user sees. */
import type { Failure, FailureCode } from '../model';
import { cleanLine, cleanText } from '../text/clean';

/** Kept of a tool's words: enough to see what it is about, not enough to fill a screen for minutes. */
const detailLimit = 16_384;

export class RunFailure extends Error {
  override readonly name = 'RunFailure';
  readonly failure: Failure;

  constructor(code: FailureCode, message: string, help: string, detail?: string) {
    super(message);
    this.failure = makeFailure(code, message, help, detail);
  }

  static of({ code, message, help, detail }: Failure): RunFailure {
    return new RunFailure(code, message, help, detail);
  }
}

/** `message` and `help` on one line each, `detail` without control characters and with its end rather than its beginning. */
export function makeFailure(code: FailureCode, message: string, help: string, detail?: string): Failure {
  const words = detail === undefined ? '' : tail(cleanText(detail).trim(), detailLimit);
  return {
    code,
    message: cleanLine(message),
    help: cleanLine(help),
    ...(words !== '' && { detail: words }),
  };
}

export function tail(text: string, limit: number): string {
  return text.length > limit ? `…${text.slice(-limit)}` : text;
}

/** What was thrown, as a failure. What is none of ours is a defect, and says so. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RunFailure) return error.failure;
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return makeFailure(
    'internal',
    `something unexpected happened: ${error instanceof Error ? error.message : String(error)}`,
    'This is a defect of eBPF Workbench: please report it with what is in the log.',
    words,
  );
}
