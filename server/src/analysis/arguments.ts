/** The arguments of a call and the parameters of a function, as tokens. */
import type { Token } from './lexer';

/** What stands between two parentheses, split at the commas that are in no brackets of their own: `[[]]` for nothing. */
export function splitArguments(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') depth++;
    else if (token.text === ')' || token.text === ']') depth--;
    if (token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
