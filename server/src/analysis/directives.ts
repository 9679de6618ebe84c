/** Preprocessor lines as data: includes, macro definitions, and the pragma that makes types relocatable. */
import type { DirectiveLine } from './chunk-text';
import { directiveName } from './conditions';
import { tokenize } from './lexer';
import type { Include } from './model';

export type Directive =
  | { readonly kind: 'include'; readonly include: Include }
  | ({ readonly kind: 'define' } & MacroDefinition)
  | { readonly kind: 'undef'; readonly name: string }
  /** `#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)` and its pop. */
  | { readonly kind: 'pragma'; readonly action: 'push' | 'push-preserve' | 'pop' };

export interface MacroDefinition {
  readonly name: string;
  /** Undefined for an object-like macro. */
  readonly parameters?: readonly string[];
  /** One line, comments gone. */
  readonly body: string;
  readonly conditional: boolean;
}

/** Undefined for lines that say nothing here: `#if`, `#error`, other pragmas. */
export function readDirective(line: DirectiveLine): Directive | undefined {
  switch (directiveName(line.text)) {
    case 'include':
      return readInclude(line);
    case 'define':
      return readDefine(line);
    case 'undef': {
      const name = /#\s*undef\s+(\w+)/.exec(line.text)?.[1];
      return name === undefined ? undefined : { kind: 'undef', name };
    }
    case 'pragma':
      return readPragma(line.text);
    default:
      return undefined;
  }
}

function readInclude(line: DirectiveLine): Directive | undefined {
  const match = /#\s*include\s*([<"])([^>"\n]*)[>"]/d.exec(line.text);
  const [start, end] = match?.indices?.[2] ?? [];
  if (!match || start === undefined || end === undefined) return undefined;
  const span = { start: line.start + start, end: line.start + end };
  return { kind: 'include', include: { path: match[2] ?? '', system: match[1] === '<', span } };
}

function readDefine(line: DirectiveLine): Directive | undefined {
  const match = /#\s*define\s+([A-Za-z_]\w*)(\(([^)]*)\))?([^]*)$/.exec(line.text);
  if (!match) return undefined;
  const [, name = '', list, parameters = '', rest = ''] = match;
  const text = rest.replace(/\\\r?\n/g, ' ');
  const body = tokenize(text).reduce(
    (joined, token, i, all) =>
      joined + (i > 0 && token.start > (all[i - 1]?.end ?? 0) ? ' ' : '') + token.text,
    '',
  );
  return {
    kind: 'define',
    name,
    ...(list !== undefined && { parameters: parameters.split(',').map((parameter) => parameter.trim()) }),
    body,
    conditional: line.conditional,
  };
}

function readPragma(text: string): Directive | undefined {
  const match = /#\s*pragma\s+clang\s+attribute\s+(push|pop)([^]*)$/.exec(text);
  if (!match) return undefined;
  if (match[1] === 'pop') return { kind: 'pragma', action: 'pop' };
  return { kind: 'pragma', action: match[2]?.includes('preserve_access_index') ? 'push-preserve' : 'push' };
}
