/**
 * A small C lexer over UTF-16 offsets. It knows what the mask and the chunks need: comments, string and character
 * literals, preprocessor lines with their continuations, words, numbers, punctuation. A string that is not closed ends
 * at the end of its line, so that one keystroke never swallows the rest of the file.
 */

export type TokenKind = 'word' | 'number' | 'string' | 'char' | 'punctuation' | 'directive';

export interface Token {
  readonly kind: TokenKind;
  /** As written. For a directive the whole line, continuations included. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const STAR = 42;
const SLASH = 47;
const BACKSLASH = 92;

/** All tokens of `text` between two offsets. Comments and blanks are left out. */
export function tokenize(text: string, from = 0, to = text.length): Token[] {
  const tokens: Token[] = [];
  let at = skipBlanks(text, from, to);
  while (at < to) {
    const kind = kindAt(text, at);
    const end = Math.min(endOfToken(text, at, kind), to);
    tokens.push({ kind, text: text.slice(at, end), start: at, end });
    at = skipBlanks(text, end, to);
  }
  return tokens;
}

export function kindAt(text: string, at: number): TokenKind {
  const code = text.charCodeAt(at);
  if (isWordStart(code)) return 'word';
  if (isDigit(code)) return 'number';
  if (code === QUOTE) return 'string';
  if (code === APOSTROPHE) return 'char';
  if (code === HASH && startsLine(text, at)) return 'directive';
  return 'punctuation';
}

export function endOfToken(text: string, at: number, kind: TokenKind): number {
  switch (kind) {
    case 'word':
      return endOfWord(text, at);
    case 'number':
      return endOfNumber(text, at);
    case 'string':
    case 'char':
      return endOfLiteral(text, at);
    case 'directive':
      return endOfDirective(text, at);
    case 'punctuation':
      return text.startsWith('->', at) ? at + 2 : at + 1;
  }
}

/** After blanks, comments and line continuations. */
export function skipBlanks(text: string, from: number, to = text.length): number {
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code <= SPACE) at++;
    else if (code === SLASH && isCommentStart(text, at)) at = endOfComment(text, at);
    else if (code === BACKSLASH && isContinuation(text, at)) at++;
    else break;
  }
  return Math.min(at, to);
}

export function isCommentStart(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return text.charCodeAt(at) === SLASH && (next === SLASH || next === STAR);
}

/** The end of the comment that starts here: of a line comment before its newline, of an open block comment the text's end. */
export function endOfComment(text: string, at: number): number {
  if (text.charCodeAt(at + 1) === STAR) {
    const close = text.indexOf('*/', at + 2);
    return close < 0 ? text.length : close + 2;
  }
  return endOfLine(text, at);
}

/** The end of a string or character literal, its closing quote included; where there is none, the end of the line. */
export function endOfLiteral(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) return i + 1;
    if (code === NEWLINE) return text.charCodeAt(i - 1) === 13 ? i - 1 : i;
    if (code === BACKSLASH) i += text.startsWith('\r\n', i + 1) ? 2 : 1;
  }
  return text.length;
}

/** False for a literal that ran into the end of its line or of the text. */
export function isClosed(literal: string): boolean {
  return /^(["'])(?:\\(?:\r\n|[^])|(?!\1)[^\\\n])*\1$/.test(literal);
}

/** The end of a preprocessor line: before the newline that no backslash continues and no comment holds. */
export function endOfDirective(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === NEWLINE) return i;
    if (code === BACKSLASH) i += text.startsWith('\r\n', i + 1) ? 3 : 2;
    else if (code === QUOTE || code === APOSTROPHE) i = endOfLiteral(text, i);
    else if (code === SLASH && isCommentStart(text, i)) i = endOfComment(text, i);
    else i++;
  }
  return Math.min(i, text.length);
}

/** Only blanks stand before this offset on its line. */
export function startsLine(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0; i--) {
    const code = text.charCodeAt(i);
    if (code === NEWLINE) return true;
    if (code > SPACE) return false;
  }
  return true;
}

export function endOfWord(text: string, at: number): number {
  let i = at;
  while (i < text.length && isWordPart(text.charCodeAt(i))) i++;
  return i;
}

/** Letters, `_`, `$` and everything beyond ASCII. */
export function isWordStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36 || code > 127
  );
}

export function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function endOfNumber(text: string, at: number): number {
  let i = at;
  while (i < text.length && (isWordPart(text.charCodeAt(i)) || text.charCodeAt(i) === 46)) i++;
  return i;
}

function endOfLine(text: string, at: number): number {
  let newline = text.indexOf('\n', at);
  while (newline > 0 && /\\\r?$/.test(text.slice(Math.max(at, newline - 2), newline))) {
    newline = text.indexOf('\n', newline + 1);
  }
  return newline < 0 ? text.length : newline;
}

function isContinuation(text: string, at: number): boolean {
  return text.charCodeAt(at + 1) === NEWLINE || text.startsWith('\r\n', at + 1);
}
