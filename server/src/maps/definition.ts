/**
 * The definition of a map in `SEC(".maps")`, attribute by attribute, read from its text when it is asked for. Only what is
 * written plainly is read: a struct of libbpf's macros, without preprocessor lines.
 */
import { mapTypeNamed, type MapType } from '#core/bpf/map-types';
import { endOfGroup } from '../analysis/mask';
import { tokenize, type Token } from '../analysis/lexer';
import type { MapDef, SourceAnalysis, Span } from '../analysis/model';

export interface MapField {
  /** `__uint`, `__type`, `__array`, `__ulong` */
  readonly macro: string;
  readonly name: string;
  readonly nameSpan: Span;
  /** Behind the comma. */
  readonly value: string;
  readonly valueSpan: Span;
  /** With its semicolon. */
  readonly span: Span;
  /** What `__array(values, struct { … })` says of the inner maps. */
  readonly inner?: MapBody;
}

export interface MapBody {
  readonly fields: readonly MapField[];
  /** Between the braces, without them. */
  readonly span: Span;
}

export interface MapDefinition extends MapBody {
  readonly map: MapDef;
}

const fieldMacro = /^__(?:uint|type|array|ulong)$/;

/** The definitions of a file's maps; none of those that are not plain, or that stand under `#if`. */
export function mapDefinitions(source: SourceAnalysis): readonly MapDefinition[] {
  return source.maps.flatMap((map) => mapDefinition(source, map) ?? []);
}

/** Read once for a version of the document. */
const made = new WeakMap<SourceAnalysis, Map<MapDef, MapDefinition | undefined>>();

export function mapDefinition(source: SourceAnalysis, map: MapDef): MapDefinition | undefined {
  const all = made.get(source) ?? new Map<MapDef, MapDefinition | undefined>();
  made.set(source, all);
  if (!all.has(map)) all.set(map, read(source, map));
  return all.get(map);
}

function read(source: SourceAnalysis, map: MapDef): MapDefinition | undefined {
  const { text, sections, expressions } = source;
  const own = sections.filter(({ value, span }) => value === '.maps' && isOn(text, span, map.span));
  if (own.length !== 1 || own[0]?.conditional !== false) return undefined;
  const tokens = tokenize(text, map.span.start, map.span.end);
  const at = tokens.findIndex((token) => token.text === '{');
  const head = tokens.slice(0, at).map((token) => token.text);
  // `struct` or `struct tag`.
  const word = head.lastIndexOf('struct');
  const [tag, ...more] = head.slice(word + 1);
  if (
    at < 1 ||
    word < 0 ||
    more.length > 0 ||
    head.slice(0, word).some((one) => !/^(?:static|const)$/.test(one))
  )
    return undefined;
  const macros = ['__uint', '__type', '__array', '__ulong', ...(tag === undefined ? [] : [tag])];
  if (macros.some((name) => expressions.isMacro(name))) return undefined;
  const body = bodyAt(text, tokens, at);
  return body && { map, ...body };
}

/** The section stands in the declaration or right before it. */
function isOn(text: string, section: Span, declaration: Span): boolean {
  if (section.start >= declaration.start) return section.start < declaration.end;
  return section.end <= declaration.start && text.slice(section.end, declaration.start).trim() === '';
}

/** From the brace at `open` to the one that closes it. */
function bodyAt(text: string, tokens: readonly Token[], open: number): MapBody | undefined {
  const end = endOfGroup(tokens, open) - 1;
  const [first, last] = [tokens[open], tokens[end]];
  if (first === undefined || last?.text !== '}') return undefined;
  const fields: MapField[] = [];
  for (let at = open + 1; at < end;) {
    const close = tokens[at + 1]?.text === '(' ? endOfGroup(tokens, at + 1) : end;
    const field = close < end && tokens[close]?.text === ';' ? fieldAt(text, tokens, at, close) : undefined;
    if (field === undefined) return undefined;
    fields.push(field);
    at = close + 1;
  }
  return { fields, span: { start: first.end, end: last.start } };
}

/** `__uint(max_entries, 16)`; `close` is the index behind its parenthesis. */
function fieldAt(text: string, tokens: readonly Token[], at: number, close: number): MapField | undefined {
  const [macro, , name, comma, first] = tokens.slice(at, at + 5);
  const [last, semicolon] = [tokens[close - 2], tokens[close]];
  if (!macro || !name || !first || !last || !semicolon || comma?.text !== ',' || close - 2 < at + 4)
    return undefined;
  if (!fieldMacro.test(macro.text) || name.kind !== 'word') return undefined;
  if (tokens.slice(at, close).some(({ kind }) => kind === 'directive')) return undefined;
  const valueSpan = { start: first.start, end: last.end };
  const isStruct = macro.text === '__array' && first.text === 'struct' && tokens[at + 5]?.text === '{';
  const inner = isStruct ? bodyAt(text, tokens, at + 5) : undefined;
  return {
    macro: macro.text,
    name: name.text,
    nameSpan: { start: name.start, end: name.end },
    value: text.slice(valueSpan.start, valueSpan.end),
    valueSpan,
    span: { start: macro.start, end: semicolon.end },
    ...(inner && { inner }),
  };
}

/** The only field of this name. */
export function fieldNamed({ fields }: MapBody, name: string): MapField | undefined {
  const own = fields.filter((field) => field.name === name);
  return own.length === 1 ? own[0] : undefined;
}

/** Undefined where the type is not named plainly. */
export function typeOf(body: MapBody): MapType | undefined {
  const field = fieldNamed(body, 'type');
  return field && mapTypeNamed(field.value);
}
