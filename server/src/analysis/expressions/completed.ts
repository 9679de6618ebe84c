/** The text of a function up to a cursor, made whole: what is still open there is closed, so that the parser understands it. */
import type { Chunk } from '../chunk';
import { isInComment, openBrackets } from '../cursor-tokens';
import { endOfWord, isWordPart, tokenize, type Token } from '../lexer';
import type { Span } from '../model';
import { fieldArguments } from './build';

/** Stands for a name that is not there yet. */
const placeholder = 'x';
/** The rest of `a ? b`. */
const otherwise = ':0';

/** The word that an offset is in, or at an edge of; empty where there is none. */
export function wordAround(text: string, offset: number): Span {
  let start = offset;
  while (start > 0 && isWordPart(text.charCodeAt(start - 1))) start--;
  return { start, end: endOfWord(text, offset) };
}

/** Undefined where no member's name can stand at the offset. */
export function completed({ text }: Chunk, body: number, offset: number): string | undefined {
  const word = wordAround(text, offset);
  const name = text.slice(word.start, word.end) || placeholder;
  const tokens = tokenize(text, body, word.start).filter(({ kind }) => kind !== 'directive');
  if (/^\d/.test(name) || !expectsMember(tokens) || isInComment(text, word.start)) return undefined;
  return text.slice(0, word.start) + name + closers(tokens);
}

/** After `->` and `.`, and where a field argument of a macro begins. */
function expectsMember(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1)?.text ?? '';
  if (last === '->' || last === '.') return true;
  const [bracket] = last === ',' ? openBrackets(tokens) : [];
  if (bracket?.kind !== '(') return false;
  const fields = fieldArguments(tokens[bracket.at - 1]?.text ?? '')?.fields;
  return fields !== undefined && bracket.argument >= fields;
}

function closers(tokens: readonly Token[]): string {
  const open: string[] = [];
  // A `?` without its `:` ends with the bracket or the statement around it.
  const forgetChoices = () => {
    while (open.at(-1) === otherwise) open.pop();
  };
  for (const [i, { text }] of tokens.entries()) {
    if (text === '(' || text === '[') open.push(text === '(' ? ')' : ']');
    // What is listed in braces ends without a semicolon.
    else if (text === '{') open.push(/^[=,]$|^return$/.test(tokens[i - 1]?.text ?? '') ? '}' : ';}');
    else if (text === '?') open.push(otherwise);
    else if (text === ':') {
      if (open.at(-1) === otherwise) open.pop();
    } else if (text === ';') forgetChoices();
    else if (/^[)\]}]$/.test(text)) {
      forgetChoices();
      open.pop();
    }
  }
  return open.reverse().join('');
}
