/** Section sites: `SEC("…")`, `__attribute__((section("…")))`, and macros of the same file that expand to one of them. */
import { splitArguments } from './arguments';
import type { FunctionHead } from './functions';
import { tokenize, type Token } from './lexer';
import { decodeString, type Macros } from './macros';
import { endOfGroup, isAttribute } from './mask';
import type { SectionSite, Span, TracepointTarget } from './model';

/** A site as it is written; what it means may depend on the file's macros. */
export type SectionSyntax =
  | {
      readonly kind: 'direct';
      readonly form: 'SEC' | 'attribute';
      readonly span: Span;
      readonly parts: readonly Token[];
    }
  /** May be a macro that stands for a section: `arguments` undefined for a plain word. */
  | {
      readonly kind: 'macro';
      readonly span: Span;
      readonly name: string;
      readonly arguments?: readonly (readonly Token[])[];
    };

export interface ChunkSections {
  readonly sites: readonly SectionSyntax[];
  readonly on: SectionSite['on'];
}

/** All sites at the top level of a chunk. */
export function readSections(tokens: readonly Token[], head: FunctionHead | undefined): ChunkSections {
  const sites: SectionSyntax[] = [];
  const others: Token[] = [];
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    if (token.text === '{') depth++;
    else if (token.text === '}') depth--;
    else if (depth === 0 && token.kind === 'word') {
      const end = tokens[i + 1]?.text === '(' ? endOfGroup(tokens, i + 1) : i + 1;
      const site = siteAt(tokens, i, end);
      if (site) sites.push(site);
      if (token.text === 'SEC' || isAttribute(token.text)) {
        i = end - 1;
        continue;
      }
    }
    others.push(token);
  }
  return { sites, on: head ? 'function' : standsOn(others) };
}

function siteAt(tokens: readonly Token[], i: number, end: number): SectionSyntax | undefined {
  const token = tokens[i];
  if (!token) return undefined;
  const group = tokens.slice(i + 2, end);
  const span = { start: token.start, end: (tokens[end - 1] ?? token).end };
  if (token.text === 'SEC') return end > i + 1 ? direct('SEC', token.start, group, span) : undefined;
  if (isAttribute(token.text)) {
    const section = group.findIndex((word) => /^(?:__)?section(?:__)?$/.test(word.text));
    if (section < 0 || group[section + 1]?.text !== '(') return undefined;
    return direct('attribute', token.start, group.slice(section + 2, endOfGroup(group, section + 1)), span);
  }
  if (end === i + 1)
    return /^[A-Z_][A-Z0-9_]*$/.test(token.text) ? { kind: 'macro', span, name: token.text } : undefined;
  const closed = group.at(-1)?.text === ')';
  return {
    kind: 'macro',
    span,
    name: token.text,
    arguments: splitArguments(closed ? group.slice(0, -1) : group),
  };
}

/** The string's pieces up to the closing parenthesis; a site that is still open ends with its last piece. */
function direct(
  form: 'SEC' | 'attribute',
  start: number,
  group: readonly Token[],
  whole: Span,
): SectionSyntax | undefined {
  const close = group.findIndex((token) => token.kind !== 'string' && token.kind !== 'word');
  const parts = group.slice(0, close < 0 ? group.length : close);
  const last = parts.at(-1);
  if (!last) return undefined;
  const closed = group[close]?.text === ')';
  return { kind: 'direct', form, parts, span: closed ? whole : { start, end: last.end } };
}

/** What follows the sites of a chunk that is no function definition. */
function standsOn(tokens: readonly Token[]): SectionSite['on'] {
  const open = tokens.findIndex((token) => token.text === '(');
  const ends = tokens.findIndex((token) => token.text === '=' || token.text === '{' || token.text === '[');
  if (open > 0 && tokens[open - 1]?.kind === 'word' && (ends < 0 || open < ends)) return 'function';
  return ends >= 0 || tokens.some((token) => token.text === ';') ? 'variable' : 'none';
}

export interface SectionMeaning {
  readonly value: string;
  /** Inside the quotes, where the value is one plain literal. */
  readonly literal?: Span;
  /** The macro brings its own function: what follows in the file does not stand in this section. */
  readonly closed: boolean;
}

/** Undefined where the site's meaning is not certain. */
export function sectionMeaning(site: SectionSyntax, macros: Macros): SectionMeaning | undefined {
  if (site.kind === 'macro') return expandSection(site, macros);
  const value = joinParts(site.parts, macros);
  if (value === undefined) return undefined;
  const [only, ...more] = site.parts;
  if (only?.kind !== 'string' || more.length > 0) return { value, closed: false };
  return { value, literal: { start: only.start + 1, end: only.end - 1 }, closed: false };
}

function joinParts(parts: readonly Token[], macros: Macros): string | undefined {
  let value = '';
  for (const part of parts) {
    const text = part.kind === 'string' ? decodeString(part.text) : macros.constants.get(part.text);
    if (typeof text !== 'string') return undefined;
    value += text;
  }
  return value;
}

/** One level of a macro whose body holds exactly one section with a string that is certain. */
function expandSection(site: SectionSyntax & { kind: 'macro' }, macros: Macros): SectionMeaning | undefined {
  const macro = macros.definitions.get(site.name);
  if (!macro || (macro.parameters === undefined) !== (site.arguments === undefined)) return undefined;
  const body = tokenize(macro.body);
  const sections = body.flatMap((token, i) =>
    /^(?:SEC|section|__section__)$/.test(token.text) && body[i + 1]?.text === '(' ? [i] : [],
  );
  const [at] = sections;
  if (at === undefined || sections.length !== 1) return undefined;
  const parameters = macro.parameters ?? [];
  const values = site.arguments ?? [];
  if (parameters.length !== values.length) return undefined;
  const inside = body.slice(at + 2, endOfGroup(body, at + 1) - 1);
  let value = '';
  for (let i = 0; i < inside.length; i++) {
    const token = inside[i];
    if (!token) break;
    const stringify = token.text === '#';
    const name = stringify ? (inside[++i]?.text ?? '') : token.text;
    const given = values[parameters.indexOf(name)];
    const part = given
      ? argumentText(given, stringify, macros)
      : stringify
        ? undefined
        : joinParts([token], macros);
    if (part === undefined) return undefined;
    value += part;
  }
  return { value, closed: body.some((token) => token.text === '{') };
}

/** `#x` of one word or number is its spelling; `x` itself must be a string. */
function argumentText(argument: readonly Token[], stringify: boolean, macros: Macros): string | undefined {
  const [only, ...more] = argument;
  if (!only || more.length > 0) return undefined;
  if (!stringify) return joinParts([only], macros);
  return only.kind === 'word' || only.kind === 'number' ? only.text : undefined;
}

/** `tp/<category>/<name>` taken apart; `literal` is where the value stands, if it can be pointed at. */
export function tracepointTarget(value: string, literal: Span | undefined): TracepointTarget | undefined {
  const match = /^(\??(?:tp|tracepoint)(?:\.s)?\/)([^/]+)\/([^]+)$/.exec(value);
  if (!match) return undefined;
  const [, lead = '', category = '', name = ''] = match;
  // An escape in the literal would shift what follows it.
  if (!literal || literal.end - literal.start !== value.length) return { category, name };
  const categoryStart = literal.start + lead.length;
  const nameStart = categoryStart + category.length + 1;
  return {
    category,
    name,
    categorySpan: { start: categoryStart, end: categoryStart + category.length },
    nameSpan: { start: nameStart, end: nameStart + name.length },
  };
}
