/** `if (!value) return 0;` where the pointer comes from, or before it is used. */
import { declarationOf } from './declared';
import { linesAfterDeclarations, linesBefore, removed } from './layout';
import { guard, leaveAt } from './leave';
import type { Place, VerdictFix } from './model';
import { nullTest } from './pairs';
import { after, ancestors, assignedVariable, leaves, mentions, type Statement } from './statements';

export const nullCheck: VerdictFix = {
  rules: ['null-check', 'null-argument', 'pointer-arithmetic-nullable', 'kfunc-null-argument'],
  fix(c) {
    const { stop, cause } = c;
    const origin = cause && ownOrigin(stop, cause);
    const name = c.verdict.value ?? (origin && assignedVariable(origin));
    if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
    const declared = declarationOf(c, stop, name);
    if (declared?.pointers !== 1 || declared.isArray) return undefined;
    const title = `Return early where \`${name}\` is NULL`;
    const made = assignedVariable(origin ?? stop.statement) === name ? origin : undefined;
    const late = made && checkBehind(stop.statement, name);
    const known = late?.body[0];
    const exits = known?.kind === 'return' ? [c.text.slice(known.span.start, known.span.end)] : undefined;
    const at = made ?? stop.statement;
    const leave = exits ?? leaveAt(c, stop, at, name);
    if (leave === undefined) return undefined;
    const lines = guard(`!${name}`, leave);
    const edits = made
      ? linesAfterDeclarations(
          c.text,
          made,
          lines,
          ({ tokens, span }) => contains(span, stop) || mentions(tokens, name),
        )
      : linesBefore(c.text, stop.statement, lines);
    if (edits === undefined) return undefined;
    return { title, edits: late ? [...edits, removed(c.text, late)] : edits, preferred: true };
  },
};

/** The statement that makes the pointer, where it comes before the use in a block around it. */
function ownOrigin(stop: Place, { statement, body }: Place): Statement | undefined {
  const isBefore = body === stop.body && statement.span.end <= stop.statement.span.start;
  if (!isBefore || statement.kind !== 'simple') return undefined;
  return [...ancestors(stop.statement)].some(({ parent }) => parent === statement.parent)
    ? statement
    : undefined;
}

const contains = ({ start, end }: Statement['span'], { offset }: Place): boolean =>
  start <= offset && offset < end;

/** A check that comes too late: the new one takes its place. */
function checkBehind(stop: Statement, name: string): Statement | undefined {
  return after(stop).find(
    (one) =>
      one.kind === 'if' && one.body.length === 1 && nullTest(one, name) === 'null' && leaves(one.body[0]),
  );
}
