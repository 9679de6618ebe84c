/** A release that comes before the last use moves behind it. */
import { callsIn } from './calls';
import { linesAfter, removed } from './layout';
import type { VerdictFix } from './model';
import { isRelease } from './pairs';
import { after, ancestors, mentions, statementsIn } from './statements';

export const lateRelease: VerdictFix = {
  rules: ['use-after-release'],
  fix({ text, stop, cause, verdict }) {
    const name = verdict.value;
    if (!cause || name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
    const { statement } = cause;
    const [call, ...others] = statement.kind === 'simple' ? callsIn(text, statement.head) : [];
    if (!call || others.length > 0 || !isRelease(call.name) || call.arguments[0]?.text !== name)
      return undefined;
    const use = [...ancestors(stop.statement)].find(({ parent }) => parent === statement.parent);
    const later = after(statement);
    const uses = later.filter(({ tokens }) => mentions(tokens, name));
    const last = uses.at(-1);
    if (!use || !last || !uses.includes(use)) return undefined;
    const passed = later.slice(0, later.indexOf(last) + 1).flatMap((one) => [...statementsIn(one)]);
    const isPlain = passed.every(
      ({ kind, head }) =>
        !/^(?:return|jump|label)$/.test(kind) && callsIn(text, head).every((each) => !isRelease(each.name)),
    );
    const line = text.slice(statement.span.start, statement.span.end);
    const edits = isPlain ? linesAfter(text, last, [line]) : undefined;
    return (
      edits && {
        title: `Move \`${line}\` behind the last use`,
        edits: [removed(text, statement), ...edits],
        preferred: true,
      }
    );
  },
};
