/** Checks that a statement stands behind: `if (!t || i > 16) return 0;`. */
import type { Token } from '../analysis/lexer';
import type { Span } from '../analysis/model';
import { alternatives, spanOf, spelled } from './calls';
import { ancestors, assignmentOf, before, leaves, statementsIn, type Statement } from './statements';

export interface Guard {
  readonly statement: Statement;
  /** `i > 16` */
  readonly span: Span;
  readonly operator: string;
  readonly bound: readonly Token[];
}

/** What is asked of a variable before a statement, where the answer leaves; nearest last. Undefined where it changes since. */
export function guardsOf(stop: Statement, name: string): readonly Guard[] {
  const found: Guard[] = [];
  for (const scope of [...ancestors(stop)].reverse()) {
    for (const one of before(scope)) {
      if ([...statementsIn(one)].some(({ tokens }) => assignmentOf(tokens, name) >= 0)) found.length = 0;
      if (one.kind !== 'if' || one.body.length > 1 || !leaves(one.body[0])) continue;
      for (const term of alternatives(one.head)) {
        const guard = comparison(one, term, name);
        if (guard) found.push(guard);
      }
    }
  }
  return found;
}

function comparison(statement: Statement, term: readonly Token[], name: string): Guard | undefined {
  const [first, ...rest] = term;
  const length = rest.findIndex(({ text }) => !/^[<>=!]$/.test(text));
  const bound = rest.slice(length);
  if (first?.text !== name || length < 1 || bound.some(({ text }) => /^[&?<>=]$/.test(text)))
    return undefined;
  const operator = spelled(rest.slice(0, length)).replaceAll(' ', '');
  return { statement, span: spanOf(term), operator, bound };
}

/** The largest value that a guard lets through, where it is a number. */
export function upperBound({ operator, bound }: Guard): number | undefined {
  const [number, ...rest] = bound;
  if (number?.kind !== 'number' || rest.length > 0) return undefined;
  const value = Number(number.text.replace(/[uUlL]+$/, ''));
  if (!Number.isSafeInteger(value)) return undefined;
  return operator === '>' ? value : operator === '>=' ? value - 1 : undefined;
}
