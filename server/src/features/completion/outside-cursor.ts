/** The cursor outside of all functions, in a definition of something: what stands before it, and the word being typed. */
import { tokensBefore } from '../../analysis/cursor-tokens';
import { endOfWord, type Token } from '../../analysis/lexer';
import type { DocumentView } from '../../view';
import type { CompletionItem } from './item';

export interface OutsideCursor {
  /** Without the word being typed. */
  readonly before: readonly Token[];
  /** Empty where none is. */
  readonly typed: string;
  /** The word being typed, to its end behind the cursor. */
  readonly replace: CompletionItem['replace'];
}

/** Undefined inside of a function. */
export function outsideCursor({ text, source }: DocumentView, offset: number): OutsideCursor | undefined {
  const { functions } = source.lookup.at(offset);
  if (functions.some(({ bodySpan }) => bodySpan.start < offset && offset < bodySpan.end)) return undefined;
  const tokens = tokensBefore(text, offset);
  const last = tokens.at(-1);
  const word = last?.kind === 'word' && last.end === offset ? last : undefined;
  return {
    before: word ? tokens.slice(0, -1) : tokens,
    typed: word?.text ?? '',
    replace: { start: word?.start ?? offset, end: endOfWord(text, offset) },
  };
}

/** clangd is asked with a dot, and with every letter. */
export function isClangds({ besideClangd }: DocumentView, { before, typed }: OutsideCursor): boolean {
  return besideClangd === true && (typed !== '' || before.at(-1)?.text === '.');
}
