/** A call that was made already: `bpf_sk_release(sk);` twice, an iterator begun again. The second one goes. */
import { callsIn, spelled } from './calls';
import { removed } from './layout';
import type { VerdictFix } from './model';
import { isRelease, takenBy } from './pairs';
import { before, statementsIn } from './statements';

export const repeatedCall: VerdictFix = {
  rules: [
    'use-after-release',
    'rcu-nesting',
    'unlock-without-lock',
    'iterator-argument',
    'dynptr-overwritten',
    'lock-nested',
  ],
  fix({ text, stop }) {
    const { statement } = stop;
    const [call] = statement.kind === 'simple' ? callsIn(text, statement.head) : [];
    if (!call || statement.head[0]?.text !== call.name || !call.name.startsWith('bpf_')) return undefined;
    if (!isRelease(call.name) && !takenBy(text, statement)) return undefined;
    const subject = spelled(call.arguments.at(call.name.endsWith('_dynptr') ? -1 : 0)?.tokens ?? []);
    for (const earlier of [...before(statement)].reverse()) {
      if (spelled(earlier.head) === spelled(statement.head) && earlier.kind === 'simple')
        return {
          title: `Remove the second \`${call.name}()\``,
          edits: [removed(text, statement)],
          preferred: true,
        };
      // Anything between that is about the same thing may be why it is called again.
      const calls = [...statementsIn(earlier)].flatMap(({ head }) => callsIn(text, head));
      const isSame = calls.some(
        ({ name, arguments: all }) =>
          (all.length === 0 && subject === '' && /^bpf_\w*(?:lock|able)$/.test(name)) ||
          (subject !== '' && all.some(({ tokens }) => spelled(tokens) === subject)),
      );
      if (isSame || earlier.kind === 'label') return undefined;
    }
    return undefined;
  },
};
