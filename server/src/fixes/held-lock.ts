/** The lock that is held. */
import { callAt, spelled } from './calls';
import type { VerdictFix } from './model';
import { heldAt } from './pairs';

export const heldLock: VerdictFix = {
  rules: ['unlock-without-lock'],
  fix({ stop, text }) {
    const call = callAt(text, stop.statement.tokens, stop.offset);
    const [given] = call?.arguments ?? [];
    const locks = heldAt(text, stop.statement)?.filter((one) => one.call === 'bpf_spin_lock') ?? [];
    const [lock] = locks;
    const argument =
      lock && callAt(text, lock.statement.head, lock.statement.head[0]?.start ?? 0)?.arguments[0];
    if (call?.name !== 'bpf_spin_unlock' || !given || !argument || locks.length > 1) return undefined;
    if (spelled(given.tokens) === spelled(argument.tokens)) return undefined;
    return {
      title: `Release \`${argument.text}\`, which is held`,
      edits: [{ span: given.span, newText: argument.text }],
      preferred: true,
    };
  },
};
