/** The tokens of one chunk, with its preprocessor lines taken out and what they make conditional. */
import { nextDirective, type RawChunk } from './chunks';
import { afterDirective, isConditional, isOff } from './conditions';
import { endOfDirective, endOfToken, kindAt, skipBlanks, type Token } from './lexer';
import type { Span } from './model';

export interface ChunkText {
  /** Offsets in the chunk's own text. */
  readonly text: string;
  /** Code only; nothing that stands under `#if 0`. */
  readonly tokens: readonly Token[];
  readonly directives: readonly DirectiveLine[];
  /** What stands under an `#if` that begins inside of the chunk, or all of it. */
  readonly conditional: readonly Span[];
}

export interface DirectiveLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly conditional: boolean;
}

export function readChunk(text: string, raw: Pick<RawChunk, 'state'>): ChunkText {
  const tokens: Token[] = [];
  const directives: DirectiveLine[] = [];
  const conditional: Span[] = [];
  let conditions = raw.state.conditions;
  let since = isConditional(conditions) ? 0 : -1;
  let at = skipBlanks(text, 0);
  while (at < text.length) {
    if (isOff(conditions)) at = nextDirective(text, at, text.length);
    if (at >= text.length) break;
    const kind = kindAt(text, at);
    const end =
      kind === 'directive' ? endOfDirective(text, at) : Math.min(endOfToken(text, at, kind), text.length);
    const token = { kind, text: text.slice(at, end), start: at, end };
    if (kind === 'directive') {
      directives.push({ text: token.text, start: at, end, conditional: isConditional(conditions) });
      conditions = afterDirective(conditions, token.text);
      if (isConditional(conditions)) since = since < 0 ? at : since;
      else if (since >= 0) {
        conditional.push({ start: since, end });
        since = -1;
      }
    } else tokens.push(token);
    at = skipBlanks(text, end);
  }
  if (since >= 0) conditional.push({ start: since, end: text.length });
  return { text, tokens, directives, conditional };
}

export function isWithin(spans: readonly Span[], offset: number): boolean {
  return spans.some((span) => span.start <= offset && offset < span.end);
}
