/** Calls in a statement, with their arguments as they are written. */
import { splitArguments } from '../analysis/arguments';
import type { Token } from '../analysis/lexer';
import { endOfGroup } from '../analysis/mask';
import type { Span } from '../analysis/model';

export interface Call {
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
  readonly arguments: readonly Argument[];
}

export interface Argument {
  readonly text: string;
  readonly span: Span;
  readonly tokens: readonly Token[];
}

export function callsIn(text: string, tokens: readonly Token[]): readonly Call[] {
  return tokens.flatMap((token, i) => {
    if (token.kind !== 'word' || tokens[i + 1]?.text !== '(') return [];
    const end = endOfGroup(tokens, i + 1);
    const parts = splitArguments(tokens.slice(i + 2, end - 1)).filter((part) => part.length > 0);
    return [
      {
        name: token.text,
        nameSpan: { start: token.start, end: token.end },
        span: { start: token.start, end: tokens[end - 1]?.end ?? token.end },
        arguments: parts.map((part) => argument(text, part)),
      },
    ];
  });
}

function argument(text: string, tokens: readonly Token[]): Argument {
  const span = spanOf(tokens);
  return { text: text.slice(span.start, span.end), span, tokens };
}

export function spanOf(tokens: readonly Token[]): Span {
  return { start: tokens[0]?.start ?? 0, end: tokens.at(-1)?.end ?? 0 };
}

/** The one call that begins at, or around, an offset. */
export function callAt(text: string, tokens: readonly Token[], offset: number): Call | undefined {
  const calls = callsIn(text, tokens);
  return (
    calls.find(({ nameSpan }) => nameSpan.start <= offset && offset < nameSpan.end) ??
    (calls.length === 1 ? calls[0] : undefined)
  );
}

/** Spelled with one blank where there are any, so that texts can be compared. */
export function spelled(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join(' ');
}

/** `a || b || c`, split where it is in no parentheses. */
export function alternatives(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text)) depth--;
    if (depth === 0 && token.text === '|' && tokens[i + 1]?.text === '|') {
      parts.push([]);
      i++;
    } else parts.at(-1)?.push(token);
  }
  return parts;
}

/** `key`, `(__u32)key` → key; undefined for what is no plain variable. */
export function plainName(text: string): string | undefined {
  return /^(?:\([^()]*\)\s*)*([A-Za-z_]\w*)$/.exec(text)?.[1];
}
