/** Attributes that change a struct's layout or how its fields are found, and the struct that each belongs to. */
import type { Token } from './lexer';
import { endOfGroup, isAttribute } from './mask';

export interface LayoutAttribute {
  /** The offset of the `struct` or `union` keyword. */
  readonly of: number;
  /** `other`: `aligned(…)` and all that the layout does not model; on a field it counts for the struct around it. */
  readonly kind: 'packed' | 'preserve' | 'other';
}

interface OpenStruct {
  readonly start: number;
  readonly depth: number;
}

export function layoutAttributes(tokens: readonly Token[]): LayoutAttribute[] {
  const found: LayoutAttribute[] = [];
  const open: OpenStruct[] = [];
  let depth = 0;
  /** The struct whose keyword was just read, or whose brace was just closed: an attribute here is its own. */
  let near: { readonly start: number; readonly closed: boolean } | undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    const group = tokens[i + 1]?.text === '(' ? endOfGroup(tokens, i + 1) : i + 1;
    if (isAttribute(token.text) || isLayoutWord(token.text)) {
      const words = tokens.slice(i, group).map((word) => word.text);
      for (const kind of kindsOf(words)) {
        const of = near?.start ?? open.at(-1)?.start ?? outermost(tokens);
        if (of !== undefined) found.push({ of, kind: near === undefined ? 'other' : kind });
      }
      i = group - 1;
    } else if (token.text === 'struct' || token.text === 'union')
      near = { start: token.start, closed: false };
    else if (token.text === '{') {
      open.push({ start: near?.start ?? token.start, depth: depth++ });
      near = undefined;
    } else if (token.text === '}') {
      depth--;
      const start = open.pop()?.start;
      near = start === undefined ? undefined : { start, closed: true };
    } else if (token.kind !== 'word' || near?.closed === true) near = undefined;
  }
  return found;
}

function isLayoutWord(word: string): boolean {
  return /^(?:__packed|__aligned|__preserve_access_index|__pai|_Alignas)$/.test(word);
}

function* kindsOf(words: readonly string[]): Generator<LayoutAttribute['kind']> {
  for (const word of words) {
    if (/^(?:__)?packed(?:__)?$/.test(word)) yield 'packed';
    else if (/^(?:preserve_access_index|__preserve_access_index|__pai)$/.test(word)) yield 'preserve';
    else if (
      /^(?:(?:__)?aligned(?:__)?|_Alignas|ms_struct|gcc_struct|vector_size|mode|randomize_layout)$/.test(word)
    ) {
      yield 'other';
    }
  }
}

/** For `typedef struct { … } name __attribute__((…));` the attribute is on the name. */
function outermost(tokens: readonly Token[]): number | undefined {
  return tokens.find((token) => token.text === 'struct' || token.text === 'union')?.start;
}
