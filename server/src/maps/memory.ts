/** Sizes of what a function passes to maps and gets from them, as far as its own declarations say them for certain. */
import type { Token } from '../analysis/lexer';
import { callsIn, type Argument, type Call } from '../fixes/calls';
import { localOf, type Declared } from '../fixes/declared';
import { assignedVariable, type Statement } from '../fixes/statements';
import type { DocumentView } from '../view';
import { mapDefinition, type MapDefinition } from './definition';
import { certainSize, numberIn, writtenSize } from './sizes';

/** Bytes of a local variable, arrays included. */
export function sizeOfLocal(view: DocumentView, declared: Declared): number | undefined {
  const { type, pointers, nameSpan, end } = declared;
  if (view.source.expressions.isMacro(view.text.slice(nameSpan.start, nameSpan.end))) return undefined;
  return certainSize(view, `${type}${pointers > 0 ? ' *' : ''} ${view.text.slice(nameSpan.end, end)}`);
}

/** The map of the file that an argument names: `&map`. */
export function mapOf({ source }: DocumentView, argument: Argument | undefined): MapDefinition | undefined {
  const [and, name, more] = argument?.tokens ?? [];
  const own = source.maps.filter((map) => map.name === name?.text);
  const [map] = own;
  return and?.text === '&' && more === undefined && map && own.length === 1
    ? mapDefinition(source, map)
    : undefined;
}

export function certainBytes(
  view: DocumentView,
  map: MapDefinition,
  of: 'key' | 'value',
): number | undefined {
  const size = writtenSize(view, map, of);
  return size.kind === 'written' && !size.conflict ? size.bytes : undefined;
}

/** `&local`, or an array; casts aside. */
export function localIn(
  statement: Statement,
  { tokens }: Argument,
): { readonly name: Token; readonly declared: Declared } | undefined {
  const bare = withoutCasts(tokens);
  const isAddress = bare[0]?.text === '&';
  const [name, more] = isAddress ? bare.slice(1) : bare;
  const declared =
    name?.kind === 'word' && more === undefined ? localOf({ statement }, name.text) : undefined;
  if (name === undefined || declared === undefined || (!isAddress && !declared.isArray)) return undefined;
  return { name, declared };
}

/** Without the `(void *)` before it. */
function withoutCasts(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.text !== '(') return tokens;
  const close = tokens.findIndex(({ text }) => text === ')');
  const inside = tokens.slice(1, close);
  const isCast = inside.at(-1)?.text === '*' && inside.slice(0, -1).every(({ kind }) => kind === 'word');
  return isCast ? withoutCasts(tokens.slice(close + 1)) : tokens;
}

/** A pointer that is made by a lookup or a reservation, to so many bytes. */
export interface Obtained {
  readonly statement: Statement;
  readonly variable: string;
  readonly declared: Declared;
  readonly bytes: number;
  readonly call: Call;
  /** Of a lookup. */
  readonly map?: MapDefinition;
  /** Of a reservation by `sizeof(e)`, where `e` is the pointer. */
  readonly pointerSize?: Argument;
}

const origin = /^bpf_(?:map_lookup_elem|ringbuf_reserve)$/;

export function obtained(view: DocumentView, statement: Statement): Obtained | undefined {
  if (!statement.head.some(({ text }) => origin.test(text))) return undefined;
  const variable = assignedVariable(statement);
  const [call] = callsIn(view.text, statement.head);
  const last = statement.head.at(-1);
  if (variable === undefined || call === undefined || call.span.end !== last?.end) return undefined;
  // `sizeof(*e)` is right by itself.
  if (/^sizeof\s*\(?\s*\*/.test(call.arguments[1]?.text ?? '')) return undefined;
  const declared = localOf({ statement }, variable);
  if (declared?.pointers !== 1 || declared.isArray || view.source.expressions.isMacro(call.name))
    return undefined;
  const made = { statement, variable, declared, call };
  if (call.name === 'bpf_map_lookup_elem') {
    const map = mapOf(view, call.arguments[0]);
    const bytes = map && certainBytes(view, map, 'value');
    return map && bytes !== undefined ? { ...made, bytes, map } : undefined;
  }
  const size = call.arguments[1];
  if (call.name !== 'bpf_ringbuf_reserve' || size === undefined) return undefined;
  if (new RegExp(String.raw`^sizeof\s*\(?\s*${variable}\s*\)?$`).test(size.text))
    return { ...made, bytes: 8, pointerSize: size };
  const bytes = numberIn(view, size.text);
  return bytes === undefined ? undefined : { ...made, bytes };
}
