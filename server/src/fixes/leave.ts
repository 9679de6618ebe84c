/** How a function is left early: as it is left elsewhere, else as programs of its type are. */
import { heldAt, isDeclared } from './pairs';
import type { FixContext, Place } from './model';
import { ancestors, statementsIn, type Statement } from './statements';

/**
 * The statements that stand for `return 0;` at a place, with what has to be given back before; in a loop the next round
 * begins instead. Undefined where they are not sure.
 * @param without a pointer that is NULL there, and so is not held
 */
export function leaveAt(
  c: Pick<FixContext, 'text'>,
  place: Place,
  at: Statement,
  without?: string,
): readonly string[] | undefined {
  const loop = loopAround(at);
  const held = heldAt(c.text, at)?.filter(
    ({ variable, statement }) =>
      (variable === undefined || variable !== without) &&
      (loop === undefined || loop.span.start <= statement.span.start),
  );
  if (held === undefined || held.some((one) => !isDeclared(c.text, one))) return undefined;
  const exit = loop === undefined ? exitOf(c, place) : 'continue;';
  return [...held.map(({ release }) => release).reverse(), exit];
}

/** `if (condition)` and what leaves, as lines. */
export function guard(condition: string, exits: readonly string[]): string[] {
  if (exits.length === 1) return [`if (${condition})`, `\t${exits[0] ?? ''}`];
  return [`if (${condition}) {`, ...exits.map((line) => `\t${line}`), '}'];
}

function exitOf(c: Pick<FixContext, 'text'>, { function: fn, program, body }: Place): string {
  if (fn.macro === undefined) {
    const type = c.text.slice(fn.span.start, fn.nameSpan.start);
    if (type.includes('*')) return 'return NULL;';
    if (/\bvoid\b/.test(type)) return 'return;';
  }
  const early = [...statementsIn(body)].filter(
    (one) =>
      one.kind === 'return' && one.head.length === 1 && [...ancestors(one)].some(({ kind }) => kind === 'if'),
  );
  const said = new Set(early.map(({ head }) => head[0]?.text ?? ''));
  const [only] = said;
  if (said.size === 1 && only !== undefined && (/^\d+$/.test(only) || /^[A-Z][A-Z_]+$/.test(only)))
    return `return ${only};`;
  return `return ${usualResult(program?.section.value ?? '')};`;
}

/** What lets through what the program was asked about. */
function usualResult(section: string): string {
  if (/^\??xdp/.test(section)) return 'XDP_PASS';
  if (/^\??sk_(?:skb|msg|reuseport|lookup)/.test(section)) return 'SK_PASS';
  return /^\??(?:cgroup|sockops)/.test(section) ? '1' : '0';
}

/** The innermost loop that a statement is in the body of. */
export function loopAround(statement: Statement): Statement | undefined {
  return [...ancestors(statement)].find((one) => one !== statement && one.kind === 'loop');
}
