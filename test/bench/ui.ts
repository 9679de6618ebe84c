/** A user who is never asked anything. */
import type { RunnerUi } from '#runner/model';

export const benchUi: RunnerUi = {
  secret: () => Promise.resolve(undefined),
  confirmHostKey: () => Promise.resolve(false),
  notify: () => undefined,
  log: () => undefined,
};
