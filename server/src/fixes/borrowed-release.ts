/** A release of what the program never took goes. */
import { callsIn, plainName } from './calls';
import { localOf } from './declared';
import { removed } from './layout';
import type { VerdictFix } from './model';
import { mentions, statementsIn } from './statements';

export const borrowedRelease: VerdictFix = {
  rules: ['release-not-acquired'],
  fix({ text, stop }) {
    const { statement, body } = stop;
    const [call, ...others] = statement.kind === 'simple' ? callsIn(text, statement.head) : [];
    const name = call && plainName(call.arguments[0]?.text ?? '');
    if (!call || others.length > 0 || name === undefined || statement.head[0]?.text !== call.name)
      return undefined;
    // Without it the variable must still be of use.
    const uses = [...statementsIn(body)].filter(
      (one) =>
        one !== statement &&
        one.body.length === 0 &&
        one !== localOf(stop, name)?.statement &&
        mentions(one.tokens, name),
    );
    const asked = [...statementsIn(body)].some(({ kind, head }) => kind === 'if' && mentions(head, name));
    if (uses.length === 0 && !asked) return undefined;
    const title = `Remove \`${text.slice(statement.span.start, statement.span.end)}\``;
    return { title, edits: [removed(text, statement)], preferred: true };
  },
};
