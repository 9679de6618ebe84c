/**
 * The tokens of a C expression, with the partner of every bracket. Total: what is not C becomes a problem and
 * a token of one character, and every bracket without a partner says so.
 */
import type { Parsed, Problem } from '../../result';

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'character' | 'operator' | 'open' | 'close';
  /** As written, quotes included. */
  readonly text: string;
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
}

export interface Tokens {
  readonly source: string;
  readonly list: readonly Token[];
  /** For each token the index of its partner, if it is a bracket; -1 for the rest and for a bracket without one. */
  readonly partner: readonly number[];
}

const longOperators = ['<<=', '>>=', '...', '<<', '>>', '->', '==', '!=', '<=', '>=', '&&', '||', '++', '--'];
const partners: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export function tokenize(source: string, from = 0): Parsed<Tokens> {
  const list: Token[] = [];
  const partner: number[] = [];
  const problems: Problem[] = [];
  const open: number[] = [];
  for (let at = from; at < source.length;) {
    const c = source.charCodeAt(at);
    if (isBlank(c)) {
      at++;
      continue;
    }
    const { kind, end, problem } = tokenAt(source, at, c);
    const text = source.slice(at, end);
    if (problem !== undefined) problems.push({ message: problem, where: `offset ${at}` });
    partner.push(-1);
    if (kind === 'open') open.push(list.length);
    else if (kind === 'close') {
      const last = open.at(-1);
      if (last !== undefined && list[last]?.text === partners[text]) {
        open.pop();
        partner[last] = list.length;
        partner[list.length] = last;
      } else problems.push({ message: `unbalanced ${text}`, where: `offset ${at}` });
    }
    list.push({ kind, text, start: at, end });
    at = end;
  }
  for (const index of open) {
    const token = list[index];
    if (token !== undefined)
      problems.push({ message: `unbalanced ${token.text}`, where: `offset ${token.start}` });
  }
  return { value: { source, list, partner }, problems };
}

/** The source text of the tokens `from` to `to` (exclusive), without the blanks around it. */
export function textOf(tokens: Tokens, from: number, to: number): string {
  const first = tokens.list[from];
  const last = tokens.list[to - 1];
  return from < to && first !== undefined && last !== undefined
    ? tokens.source.slice(first.start, last.end)
    : '';
}

/** The first token with this text that stands in no bracket, or -1. */
export function outside(tokens: Tokens, from: number, to: number, text: string): number {
  for (let i = from; i < to; i++) {
    if (tokens.list[i]?.text === text) return i;
    i = Math.max(i, tokens.partner[i] ?? -1);
  }
  return -1;
}

/** The ranges between the commas (or another separator) that stand in no bracket; none for an empty range. */
export function split(tokens: Tokens, from: number, to: number, separator = ','): readonly Range[] {
  const parts: Range[] = [];
  for (let start = from; start < to;) {
    const end = outside(tokens, start, to, separator);
    parts.push([start, end < 0 ? to : end]);
    if (end < 0) break;
    start = end + 1;
  }
  return parts;
}

/** Indexes of tokens: from, to (exclusive). */
export type Range = readonly [from: number, to: number];

interface Lexeme {
  readonly kind: Token['kind'];
  readonly end: number;
  readonly problem?: string;
}

function tokenAt(source: string, at: number, c: number): Lexeme {
  if (isNameStart(c)) return { kind: 'name', end: endOf(source, at, isNameCode) };
  if (isDigit(c)) return { kind: 'number', end: endOf(source, at, (d) => isNameCode(d) || d === 46) };
  if (c === 34 || c === 39) {
    const kind = c === 34 ? 'string' : 'character';
    const end = closingQuote(source, at, c);
    return end < 0 ? { kind, end: source.length, problem: `unterminated ${kind}` } : { kind, end: end + 1 };
  }
  const one = source.charAt(at);
  if ('([{'.includes(one)) return { kind: 'open', end: at + 1 };
  if (')]}'.includes(one)) return { kind: 'close', end: at + 1 };
  const long = longOperators.find((operator) => source.startsWith(operator, at));
  if (long !== undefined) return { kind: 'operator', end: at + long.length };
  if ('+-*/%&|^~!<>=?:;,.'.includes(one)) return { kind: 'operator', end: at + 1 };
  return { kind: 'operator', end: at + 1, problem: `not C: ${one}` };
}

/** Where the literal that starts here is closed, or -1. A backslash takes the next character with it. */
export function closingQuote(source: string, start: number, quote: number): number {
  for (let i = start + 1; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (c === 92) i++;
    else if (c === quote) return i;
  }
  return -1;
}

function endOf(source: string, start: number, accepts: (c: number) => boolean): number {
  let end = start + 1;
  while (end < source.length && accepts(source.charCodeAt(end))) end++;
  return end;
}

function isBlank(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isNameStart(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
}

function isNameCode(c: number): boolean {
  return isNameStart(c) || isDigit(c);
}
