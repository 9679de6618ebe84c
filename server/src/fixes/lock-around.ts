/** A list or tree is changed under the lock that lies beside it. */
import { callAt } from './calls';
import { linesAfter, linesBefore } from './layout';
import type { VerdictFix } from './model';
import { heldAt } from './pairs';
import { onlyMember } from './special-field';

export const lockAround: VerdictFix = {
  rules: ['lock-graph'],
  fix(c) {
    const { stop, text } = c;
    const { statement } = stop;
    const call = callAt(text, statement.head, stop.offset);
    const variable = /^&(\w+)->\w+$/.exec(call?.arguments[0]?.text ?? '')?.[1];
    if (
      !call ||
      variable === undefined ||
      statement.kind !== 'simple' ||
      statement.head[0]?.text !== call.name
    )
      return undefined;
    const lock = onlyMember(c, stop, variable, 'struct bpf_spin_lock');
    const held = heldAt(text, statement);
    if (lock === undefined || held === undefined || held.some((one) => one.call === 'bpf_spin_lock'))
      return undefined;
    const before = linesBefore(text, statement, [`bpf_spin_lock(&${variable}->${lock});`]);
    const after = linesAfter(text, statement, [`bpf_spin_unlock(&${variable}->${lock});`]);
    return (
      before &&
      after && {
        title: `Hold \`${variable}->${lock}\` meanwhile`,
        edits: [...before, ...after],
        preferred: true,
      }
    );
  },
};
