/** The same size of a user’s memory, read without sleeping. */
import { callAt } from './calls';
import type { VerdictFix } from './model';

export const withoutSleep: VerdictFix = {
  rules: ['sleepable-helper', 'sleep-in-region', 'sleepable-call'],
  fix({ stop, text }) {
    const call = callAt(text, stop.statement.tokens, stop.offset);
    if (call?.name !== 'bpf_copy_from_user') return undefined;
    return {
      title: 'Read it with `bpf_probe_read_user()`, which does not sleep',
      edits: [{ span: call.nameSpan, newText: 'bpf_probe_read_user' }],
      preferred: true,
    };
  },
};
