/** `if (value) return 0;` before the value is used: the check is the wrong way round. */
import type { VerdictFix } from './model';
import { ancestors, leaves, mentions } from './statements';

export const invertedCheck: VerdictFix = {
  rules: ['null-deref'],
  fix({ stop, verdict }) {
    for (const scope of ancestors(stop.statement)) {
      const earlier = scope.parent?.kind === 'block' ? scope.parent.body : [];
      const check = earlier.findLast(
        (one) =>
          one.kind === 'if' &&
          one.span.end <= scope.span.start &&
          one.head.length === 1 &&
          leaves(one.body[0]),
      );
      const name = check?.head[0]?.text;
      if (!check || name === undefined || !mentions(stop.statement.tokens, name)) continue;
      if ((verdict.value ?? name) !== name || check.body.length > 1) return undefined;
      const at = check.head[0]?.start ?? 0;
      return {
        title: `Leave where \`${name}\` is NULL, not where it is set`,
        edits: [{ span: { start: at, end: at }, newText: '!' }],
        preferred: true,
      };
    }
    return undefined;
  },
};
