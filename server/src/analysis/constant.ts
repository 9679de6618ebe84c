/** Integer constant expressions as they stand in indices, array sizes and macros. */
import { tokenize, type Token } from './lexer';

export type Constants = ReadonlyMap<string, bigint | string>;

/** The value, or undefined where the text is no constant or names something unknown. */
export function constantValue(text: string, constants: Constants): bigint | undefined {
  const literal = integerLiteral(text.trim());
  if (literal !== undefined) return literal;
  const tokens = tokenize(text);
  if (tokens.length === 0 || tokens.length > 64) return undefined;
  const reader = { tokens, at: 0, constants };
  const value = binary(reader, 0);
  return reader.at === tokens.length ? value : undefined;
}

/** As `constantValue`, for what must fit a JavaScript number. */
export function constantNumber(text: string, constants: Constants): number | undefined {
  const value = constantValue(text, constants);
  if (
    value === undefined ||
    value > BigInt(Number.MAX_SAFE_INTEGER) ||
    value < BigInt(Number.MIN_SAFE_INTEGER)
  ) {
    return undefined;
  }
  return Number(value);
}

export function integerLiteral(text: string): bigint | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)[uUlL]*$/.exec(text);
  const digits = match?.[1];
  if (digits === undefined) return undefined;
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly constants: Constants;
}

const levels = ['|', '^', '&', '<>', '+-', '*/%'];

function binary(reader: Reader, level: number): bigint | undefined {
  const operators = levels[level];
  if (operators === undefined) return unary(reader);
  let left = binary(reader, level + 1);
  for (;;) {
    const operator = reader.tokens[reader.at]?.text ?? '';
    if (operator === '' || !operators.includes(operator)) return left;
    const shift = operators === '<>';
    if (shift && reader.tokens[reader.at + 1]?.text !== operator) return left;
    reader.at += shift ? 2 : 1;
    const right = binary(reader, level + 1);
    left = left === undefined || right === undefined ? undefined : apply(operator, left, right);
  }
}

function unary(reader: Reader): bigint | undefined {
  const token = reader.tokens[reader.at++];
  if (!token) return undefined;
  switch (token.text) {
    case '-': {
      const value = unary(reader);
      return value === undefined ? undefined : -value;
    }
    case '+':
      return unary(reader);
    case '(': {
      const value = binary(reader, 0);
      return reader.tokens[reader.at++]?.text === ')' ? value : undefined;
    }
    default: {
      if (token.kind === 'number') return integerLiteral(token.text);
      const value = reader.constants.get(token.text);
      return typeof value === 'bigint' ? value : undefined;
    }
  }
}

function apply(operator: string, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '<':
      return right >= 0n && right < 64n ? left << right : undefined;
    case '>':
      return right >= 0n && right < 64n ? left >> right : undefined;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? undefined : left / right;
    case '%':
      return right === 0n ? undefined : left % right;
    default:
      return undefined;
  }
}
