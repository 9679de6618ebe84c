/** What stands before a cursor, token by token: postfix chains, open brackets, arguments. */
import { isCommentStart, tokenize, type Token } from './lexer';
import type { Span } from './model';

/** How far back the tokens before a cursor are read; no expression or parameter list is longer. */
const WINDOW = 4000;

/** Tokens from a line start at most `WINDOW` back, or from `from`, to the offset. A string at the cursor is its last. */
export function tokensBefore(text: string, offset: number, from = 0): Token[] {
  const back = Math.max(from, offset - WINDOW);
  const start = back === from ? from : text.lastIndexOf('\n', back) + 1;
  return tokenize(text, start, offset);
}

/** The cursor stands in a comment. */
export function isInComment(text: string, offset: number): boolean {
  const open = text.lastIndexOf('/*', offset - 2);
  if (open >= 0 && offset >= 2 && !isInString(text, open)) {
    const close = text.indexOf('*/', open + 2);
    if (close < 0 || close + 2 > offset) return true;
  }
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  for (let at = text.indexOf('//', line); at >= 0 && at < offset; at = text.indexOf('//', at + 1)) {
    if (isCommentStart(text, at) && !isInString(text, at)) return at + 1 < offset;
  }
  return false;
}

function isInString(text: string, at: number): boolean {
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const last = tokenize(text, line, at + 1).at(-1);
  return last?.kind === 'string' && last.end > at;
}

/** A bracket that is still open at the cursor, innermost first. */
export interface OpenBracket {
  /** Its index in the tokens. */
  readonly at: number;
  readonly kind: '(' | '[';
  /** Commas between it and the cursor: which argument this is. */
  readonly argument: number;
  /** The index of the first token of this argument. */
  readonly first: number;
}

/** Open brackets from the inside out, up to the statement's or the block's beginning. */
export function* openBrackets(tokens: readonly Token[], until = tokens.length): Generator<OpenBracket> {
  let depth = 0;
  let commas = 0;
  let first = until;
  for (let i = until - 1; i >= 0; i--) {
    const text = tokens[i]?.text ?? '';
    if (text === ')' || text === ']') depth++;
    else if ((text === '(' || text === '[') && depth > 0) depth--;
    else if (text === '(' || text === '[') {
      yield { at: i, kind: text, argument: commas, first: commas === 0 ? i + 1 : first };
      commas = 0;
    } else if (text === ',' && depth === 0) {
      if (commas === 0) first = i + 1;
      commas++;
    } else if (text === ';' || text === '{' || text === '}') return;
  }
}

export type ChainStep =
  | { readonly kind: 'member'; readonly token: Token }
  /** The tokens between the brackets. */
  | { readonly kind: 'index'; readonly tokens: readonly Token[]; readonly span: Span };

/** `root->a[1].b`, read backwards. */
export interface Chain {
  /** The tokens of what the steps start from: `ctx`, or everything inside of `((struct T *)ctx)`. */
  readonly root: readonly Token[];
  readonly steps: readonly ChainStep[];
  /** The index of its first token. */
  readonly first: number;
}

/** The postfix chain whose last token is at `last`. */
export function chainBefore(tokens: readonly Token[], last: number): Chain | undefined {
  const steps: ChainStep[] = [];
  let i = last;
  for (;;) {
    const token = tokens[i];
    if (token?.text === ']') {
      const open = matching(tokens, i);
      const bracket = tokens[open];
      if (!bracket) return undefined;
      const inside = tokens.slice(open + 1, i);
      const span = { start: inside[0]?.start ?? bracket.end, end: inside.at(-1)?.end ?? bracket.end };
      steps.unshift({ kind: 'index', tokens: inside, span });
      i = open - 1;
    } else if (token?.text === ')') {
      const open = matching(tokens, i);
      // A word before the parenthesis makes it a call.
      if (open < 0 || (tokens[open - 1]?.kind === 'word' && tokens[open - 1]?.text !== 'return'))
        return undefined;
      return { root: tokens.slice(open + 1, i), steps, first: open };
    } else if (token?.kind === 'word') {
      const operator = tokens[i - 1]?.text;
      if (operator !== '->' && operator !== '.') return { root: [token], steps, first: i };
      steps.unshift({ kind: 'member', token });
      i -= 2;
    } else return undefined;
  }
}

/** The index of the bracket that closes at `close`, or -1. */
function matching(tokens: readonly Token[], close: number): number {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    const text = tokens[i]?.text;
    if (text === ')' || text === ']') depth++;
    else if ((text === '(' || text === '[') && --depth === 0) return i;
  }
  return -1;
}
