/** A user who answers what the test says, and remembers what was asked. */
import type { HostKeyRequest, RunnerUi, SecretRequest } from '#runner/model';

export interface RecordedUi extends RunnerUi {
  readonly secrets: SecretRequest[];
  readonly hostKeys: HostKeyRequest[];
  readonly notices: string[];
  readonly lines: string[];
}

export interface Answers {
  /** Undefined declines. */
  secret?(request: SecretRequest): string | undefined;
  hostKey?(request: HostKeyRequest): boolean;
}

export function recordedUi(answers: Answers = {}): RecordedUi {
  const ui: RecordedUi = {
    secrets: [],
    hostKeys: [],
    notices: [],
    lines: [],
    secret(request) {
      ui.secrets.push(request);
      return Promise.resolve(answers.secret?.(request));
    },
    confirmHostKey(request) {
      ui.hostKeys.push(request);
      return Promise.resolve(answers.hostKey?.(request) ?? false);
    },
    notify: (message) => void ui.notices.push(message),
    log: (line) => void ui.lines.push(line),
  };
  return ui;
}
