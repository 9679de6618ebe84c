/** Pointers into the packet are read from ctx again, and checked again, behind a call that may move the packet. */
import { linesAfter } from './layout';
import type { VerdictFix } from './model';
import { after, ancestors, assignedVariable, before, leaves, mentions, type Statement } from './statements';

export const packetReload: VerdictFix = {
  rules: ['packet-pointer-stale'],
  fix({ stop, cause, text }) {
    if (cause?.body !== stop.body) return undefined;
    const call = [...ancestors(cause.statement)].find(
      (one) => one.kind !== 'simple' || one === cause.statement,
    );
    if (call?.parent?.kind !== 'block' || !isSpent(call)) return undefined;
    if (![...ancestors(stop.statement)].some(({ parent }) => parent === call.parent)) return undefined;
    const earlier = before(call);
    const reads = earlier.flatMap((one) => {
      const name = assignedVariable(one);
      const value = name === undefined ? undefined : initializer(text, one, name);
      return name !== undefined && value !== undefined && /->\s*data(?:_end|_meta)?\b/.test(value)
        ? [{ name, value }]
        : [];
    });
    const names = reads.map(({ name }) => name);
    const derived = earlier.filter((one) => {
      const name = assignedVariable(one);
      return name !== undefined && !names.includes(name) && names.some((each) => mentions(one.tokens, each));
    });
    const checks = earlier.filter(
      (one) =>
        one.kind === 'if' &&
        one.body.length === 1 &&
        leaves(one.body[0]) &&
        names.some((name) => mentions(one.head, name)),
    );
    const [check] = checks;
    const isUsed = [stop.statement, ...after(call)].some(({ tokens }) =>
      names.some((name) => mentions(tokens, name)),
    );
    if (!check || checks.length > 1 || reads.length < 2 || derived.length > 0 || !isUsed) return undefined;
    const lines = text.slice(check.span.start, check.span.end).split('\n');
    if (lines.length > 4) return undefined;
    const edits = linesAfter(text, call, [
      ...reads.map(({ name, value }) => `${name} = ${value};`),
      ...relative(text, check, lines),
    ]);
    return (
      edits && { title: 'Read the packet’s pointers again, and check them again', edits, preferred: true }
    );
  },
};

/** The call stands alone, or in an `if` that leaves where it fails. */
function isSpent({ kind, body }: Statement): boolean {
  return kind === 'simple' || (kind === 'if' && body.length === 1 && leaves(body[0]));
}

function initializer(text: string, { head }: Statement, name: string): string | undefined {
  const at = head.findIndex((token, i) => token.text === name && head[i + 1]?.text === '=');
  const [first] = head.slice(at + 2);
  return first && text.slice(first.start, head.at(-1)?.end);
}

/** Lines without the indentation of their first one, deeper ones with a tab. */
function relative(text: string, { span }: Statement, lines: readonly string[]): string[] {
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const base = text.slice(start, span.start);
  return lines.map((line, i) =>
    i === 0 ? line : line.startsWith(base) ? line.slice(base.length).replace(/^[ \t]+/, '\t') : line.trim(),
  );
}
