/** ctx itself, in a program that names it. */
import { callAt } from './calls';
import { localOf } from './declared';
import type { VerdictFix } from './model';
import { statementsIn } from './statements';

export const ctxArgument: VerdictFix = {
  rules: ['argument-not-ctx', 'context-modified'],
  fix(c) {
    const { stop, text } = c;
    const ctx =
      stop.function.macro === undefined && stop.program ? stop.function.parameters[0]?.name : undefined;
    const [first] = callAt(text, stop.statement.tokens, stop.offset)?.arguments ?? [];
    if (ctx === undefined || ctx === '' || !first || first.text === ctx || !/^(?:&?\w+)$/.test(first.text))
      return undefined;
    // What was passed must still be of use.
    const name = first.text.replace('&', '');
    const uses = [...statementsIn(stop.body)].flatMap(({ kind, head }) =>
      kind === 'block' ? [] : head.filter((token) => token.text === name),
    );
    if (uses.length < 3 || localOf(stop, ctx)) return undefined;
    return { title: `Pass \`${ctx}\``, edits: [{ span: first.span, newText: ctx }], preferred: true };
  },
};
