/** Conditions, read to what `&&`, `||` and `!` make of their terms. */
import type { Token } from '../analysis/lexer';
import { endOfGroup } from '../analysis/mask';

export type Condition =
  | { readonly kind: 'term'; readonly tokens: readonly Token[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] };

export function conditionOf(tokens: readonly Token[]): Condition {
  const any = splitAt(tokens, '|');
  if (any.length > 1) return { kind: 'any', parts: any.map(conditionOf) };
  const all = splitAt(tokens, '&');
  if (all.length > 1) return { kind: 'all', parts: all.map(conditionOf) };
  const [first, second] = tokens;
  const isHint = /^(?:un)?likely$/.test(first?.text ?? '') && second?.text === '(';
  if (isHint && endOfGroup(tokens, 1) === tokens.length) return conditionOf(tokens.slice(2, -1));
  if (first?.text === '(' && endOfGroup(tokens, 0) === tokens.length) return conditionOf(tokens.slice(1, -1));
  if (first?.text === '!' && second?.text === '(' && endOfGroup(tokens, 1) === tokens.length)
    return { kind: 'not', of: conditionOf(tokens.slice(2, -1)) };
  return { kind: 'term', tokens };
}

/** In the order in which they are asked. */
export function termsOf(condition: Condition): readonly (readonly Token[])[] {
  if (condition.kind === 'term') return [condition.tokens];
  return condition.kind === 'not' ? termsOf(condition.of) : condition.parts.flatMap(termsOf);
}

/** The lexer takes `&&` for two tokens. */
function splitAt(tokens: readonly Token[], half: '&' | '|'): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (/^[([{]$/.test(token.text)) depth++;
    else if (/^[)\]}]$/.test(token.text)) depth--;
    const next = tokens[at + 1];
    if (depth === 0 && token.text === half && next?.text === half && next.start === token.end) {
      parts.push([]);
      at++;
    } else parts.at(-1)?.push(token);
  }
  // `a ? b && c : d` is not read.
  return tokens.some(({ text }) => text === '?') ? [[...tokens]] : parts;
}
