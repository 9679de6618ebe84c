/** What was taken is given back before every way out that still holds it: records, references, locks, regions. */
import { linesAtEnd, linesBefore, removed } from './layout';
import type { Edit, FixContext, VerdictFix } from './model';
import { gives, heldAt, isDeclared, takenBy, type Held } from './pairs';
import { callsIn } from './calls';
import { after, leaves, mentions, statementsIn, type Statement } from './statements';

export const missingRelease: VerdictFix = {
  rules: [
    ...['reference-leak', 'ringbuf-leak', 'lock-not-released', 'rcu-not-released'],
    ...['preempt-not-enabled', 'irq-not-restored'],
  ],
  fix(c) {
    const { stop, cause, text } = c;
    const statements = [...statementsIn(stop.body)];
    if (statements.some(({ kind, tokens }) => kind === 'jump' && tokens[0]?.text === 'goto'))
      return undefined;
    const taken = cause && takenBy(text, cause.statement);
    if (cause && (taken === undefined || cause.body !== stop.body)) return undefined;
    if (
      stop.statement.kind === 'simple' &&
      callsIn(text, stop.statement.head).some(({ name }) => name === 'bpf_tail_call')
    )
      return taken && beforeTailCall(c, taken);
    const edits: Edit[] = [];
    const written = new Set<string>();
    for (const way of waysOut(stop.body, statements)) {
      const held = heldAt(text, way.at);
      if (held === undefined) return undefined;
      for (const one of [...held].reverse()) {
        if (taken ? one.statement !== taken.statement : !isRegion(one, c.verdict.rule)) continue;
        const variable = one.variable;
        if (
          !isDeclared(text, one) ||
          (variable !== undefined && way.at.kind === 'return' && mentions(way.at.tokens, variable))
        )
          return undefined;
        const release = isFinal(way.at, stop.body) ? finalRelease(text, one, statements) : one.release;
        const made = way.isEnd
          ? linesAtEnd(text, stop.body, [release])
          : linesBefore(text, way.at, [release]);
        if (made === undefined) return undefined;
        edits.push(...made);
        written.add(release);
      }
    }
    const [first, ...others] = written;
    if (first === undefined) return undefined;
    const title = others.length === 0 ? `Add \`${first}\`` : 'Give it back on each way out';
    return { title, edits, preferred: true };
  },
};

interface WayOut {
  readonly at: Statement;
  /** Behind the last statement of the function. */
  readonly isEnd: boolean;
}

function waysOut(body: Statement, statements: readonly Statement[]): readonly WayOut[] {
  const returns = statements.filter(({ kind }) => kind === 'return').map((at) => ({ at, isEnd: false }));
  const last = body.body.at(-1);
  if (!last || leaves(last)) return returns;
  // What is held behind the last statement is what would be held by one more.
  const next: Statement = {
    ...last,
    kind: 'simple',
    head: [],
    body: [],
    span: { start: last.span.end, end: last.span.end },
  };
  return [...returns, { at: next, isEnd: true }];
}

/** Regions have no origin in the log: the rule says which kind of them stays open. */
function isRegion({ call }: Held, rule: string): boolean {
  const calls: Readonly<Record<string, RegExp>> = {
    'lock-not-released': /^bpf_spin_lock$/,
    'rcu-not-released': /^bpf_rcu_read_lock$/,
    'preempt-not-enabled': /^bpf_preempt_disable$/,
    'irq-not-restored': /^bpf_local_irq_save$/,
  };
  return calls[rule]?.test(call) === true;
}

const isFinal = (way: Statement, body: Statement): boolean => way.parent === body;

/** At the end of a function that never submits its record, that is what was forgotten. */
function finalRelease(text: string, held: Held, statements: readonly Statement[]): string {
  const submits = statements.some(
    ({ kind, head }) => kind === 'simple' && callsIn(text, head).some(({ name }) => name.includes('_submit')),
  );
  return submits ? held.release : held.release.replace('_discard', '_submit');
}

/** A tail call does not come back: what is given back behind it has to be given back before. */
function beforeTailCall({ text, stop }: FixContext, held: Held): ReturnType<VerdictFix['fix']> {
  const later = after(stop.statement);
  const at = later.findIndex(
    ({ kind, head }) => kind === 'simple' && callsIn(text, head).some((call) => gives(call, held)),
  );
  const release = later[at];
  const name = held.variable;
  if (!release || name === undefined || later.slice(0, at).some(({ tokens }) => mentions(tokens, name)))
    return undefined;
  if (later.slice(0, at).some(({ kind }) => kind !== 'simple') || mentions(stop.statement.tokens, name))
    return undefined;
  const line = text.slice(release.span.start, release.span.end);
  const edits = linesBefore(text, stop.statement, [line]);
  return (
    edits && {
      title: `Move \`${line}\` before the tail call`,
      edits: [...edits, removed(text, release)],
      preferred: true,
    }
  );
}
