/** The cursor between a SEC and the body of its function: in the parameter list, or before there is one. */
import type { CursorContext } from './cursor-model';
import { openBrackets, tokensBefore } from './cursor-tokens';
import { declarationTokens } from './functions';
import { skipBlanks, type Token } from './lexer';
import type { SectionSite, SourceAnalysis } from './model';

const none: CursorContext = { kind: 'none' };

export function declarationCursor(analysis: SourceAnalysis, offset: number): CursorContext {
  const section = sectionBefore(analysis, offset);
  if (!section) return none;
  const tokens = declarationTokens(tokensBefore(analysis.text, offset, section.span.end));
  if (tokens[0] && tokens[0].start < section.span.end) return none;
  if (tokens.some((token) => /^[;{}=#]$/.test(token.text) || token.kind === 'directive')) return none;
  const [bracket] = [...openBrackets(tokens)].filter((open) => open.kind === '(').slice(-1);
  if (!bracket) return tokens.every(isSpecifier) ? afterSection(analysis, section, tokens, offset) : none;
  const name = tokens[bracket.at - 1];
  if (name?.kind !== 'word') return none;
  const macro = /^[A-Z][A-Z0-9_]+$/.test(name.text) ? name.text : undefined;
  const index = macro === undefined ? bracket.argument : bracket.argument - 1;
  if (index < 0) return none;
  const start = tokens[bracket.first]?.start ?? offset;
  const end = endOfParameter(analysis.text, offset);
  return {
    kind: 'parameter',
    section,
    index,
    typed: analysis.text.slice(start, offset),
    span: { start, end: Math.max(end, offset) },
    ...(macro !== undefined && { macro }),
  };
}

/** The last site before the offset, if it stands on a function or on nothing yet. */
function sectionBefore(analysis: SourceAnalysis, offset: number): SectionSite | undefined {
  const found = analysis.lookup.lastSection(offset);
  return found?.on === 'variable' ? undefined : found;
}

function isSpecifier(token: Token): boolean {
  return token.kind === 'word' || token.text === '*';
}

function afterSection(
  analysis: SourceAnalysis,
  section: SectionSite,
  tokens: readonly Token[],
  offset: number,
): CursorContext {
  const { text } = analysis;
  const lineEnd = text.indexOf('\n', offset);
  const rest = text.slice(offset, lineEnd < 0 ? text.length : lineEnd);
  if (rest.trim() !== '') return none;
  // A function that begins on the next line is the one that the section stands on; a blank line sets it apart.
  const next = skipBlanks(text, offset);
  const isWritten =
    tokens.length === 0 && section.on === 'function' && /^[^\n]*\n[^\n]*$/.test(text.slice(offset, next));
  if (isWritten) return none;
  const start = tokens[0]?.start ?? offset;
  return { kind: 'after-section', section, typed: text.slice(start, offset), span: { start, end: offset } };
}

/** Up to the comma, parenthesis, brace or line end after the cursor; blanks before it do not belong to the parameter. */
function endOfParameter(text: string, offset: number): number {
  const rest = /^[^,)\n{;]*/.exec(text.slice(offset))?.[0] ?? '';
  return offset + rest.trimEnd().length;
}
