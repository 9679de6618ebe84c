/** Typedefs of the file itself that name a struct or another simple type. */
import type { Token } from './lexer';
import { declarationTokens } from './functions';
import { endOfGroup } from './mask';
import { writtenType, type WrittenType } from './types';

export interface Typedef {
  readonly name: string;
  /** For a definition without a tag the typedef's own name is the struct's. */
  readonly type: WrittenType;
}

/** `typedef struct T name;`, `typedef struct { … } name;`, `typedef __u64 name;`; undefined for all else. */
export function readTypedef(tokens: readonly Token[]): Typedef | undefined {
  const declaration = declarationTokens(tokens);
  if (declaration[0]?.text !== 'typedef' || declaration.at(-1)?.text !== ';') return undefined;
  const name = declaration.at(-2);
  if (name?.kind !== 'word') return undefined;
  const specifiers: Token[] = [];
  for (let i = 1; i < declaration.length - 2; i++) {
    const token = declaration[i];
    if (token?.text === '{') {
      i = endOfGroup(declaration, i) - 1;
      if (specifiers.at(-1)?.text === 'struct') specifiers.push(name);
    } else if (token) specifiers.push(token);
  }
  return { name: name.text, type: writtenType(specifiers) };
}
