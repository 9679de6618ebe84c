/** Inside the definition of a map: its attributes, and behind them the types of maps that the target has, and flags. */
import { MAP_ATTRIBUTES, MAP_FLAGS, type MapAttribute } from '#core/bpf/map-attributes';
import { fullName, MAP_TYPES, mapTypeNamed, type MapType } from '#core/bpf/map-types';
import { isInComment } from '../../analysis/cursor-tokens';
import type { Token } from '../../analysis/lexer';
import type { DocumentView } from '../../view';
import type { CompletionItem, CompletionList } from './item';
import { outsideCursor, type OutsideCursor } from './outside-cursor';

/** Undefined where the cursor stands in no such definition. */
export function completeMapDefinition(view: DocumentView, offset: number): CompletionList | undefined {
  const cursor = outsideCursor(view, offset);
  if (cursor === undefined) return undefined;
  const items = itemsBehind(view, cursor.before, cursor, offset);
  return items && !isInComment(view.text, offset) ? { items, incomplete: false } : undefined;
}

type Place = Pick<OutsideCursor, 'typed' | 'replace'>;

function itemsBehind(
  view: DocumentView,
  before: readonly Token[],
  place: Place,
  offset: number,
): readonly CompletionItem[] | undefined {
  const open = openCall(before);
  if (open !== undefined) {
    const [macro, , name, comma] = before.slice(open - 1);
    if (comma?.text !== ',')
      return open === before.length - 1 ? attributes(macro?.text ?? '', before, place) : undefined;
    const value = before.slice(open + 3);
    if (name?.text === 'type' && value.length === 0) return types(view, place);
    const isFlags = value.every(({ text }, n) => (n % 2 === 1) === (text === '|'));
    if (name?.text === 'map_flags' && value.length % 2 === 0 && isFlags)
      return flags(typeBefore(before), value, place);
    if (name?.text === 'pinning' && value.length === 0)
      return [constant('LIBBPF_PIN_BY_NAME', 'pinned as /sys/fs/bpf/<name>', place)];
    return undefined;
  }
  return isFieldStart(view, before, place, offset) ? fields(before, place) : undefined;
}

/** The parenthesis of the `__uint(…` that is still open. */
function openCall(before: readonly Token[]): number | undefined {
  const open = before.findLastIndex(({ text }) => /^[(){};]$/.test(text));
  return before[open]?.text === '(' && /^__(?:uint|type|array|ulong)$/.test(before[open - 1]?.text ?? '')
    ? open
    : undefined;
}

/** Between `struct {` and its end, where a field can begin, if it is a map's. */
function isFieldStart(
  { text }: DocumentView,
  before: readonly Token[],
  { typed }: Place,
  offset: number,
): boolean {
  if (!/^[{;]$/.test(before.at(-1)?.text ?? '')) return false;
  const open = structBefore(before);
  if (open === undefined) return false;
  const isMap = before.slice(open).some(({ text: word }) => /^__(?:uint|type)$/.test(word));
  const behind = /^[^{}]*\}\s*\w*\s*SEC\s*\(\s*"\.maps"/.test(text.slice(offset, offset + 400));
  return isMap || behind || typed.startsWith('__');
}

/** The brace of the anonymous `struct {` around the end. */
function structBefore(before: readonly Token[]): number | undefined {
  let depth = 0;
  for (let at = before.length - 1; at >= 0; at--) {
    const text = before[at]?.text;
    if (text === '}') depth++;
    else if (text === '{' && depth-- === 0) return before[at - 1]?.text === 'struct' ? at : undefined;
  }
  return undefined;
}

/** The type that the definition around the end has named so far. */
function typeBefore(before: readonly Token[]): MapType | undefined {
  const inside = before.slice(structBefore(before) ?? before.length);
  const at = inside.findIndex(({ text }, n) => text === 'type' && inside[n - 2]?.text === '__uint');
  return at < 0 ? undefined : mapTypeNamed(inside[at + 2]?.text ?? '');
}

/** Not those that are there already. */
function absent(before: readonly Token[]): readonly MapAttribute[] {
  const inside = before.slice(structBefore(before) ?? before.length);
  const written = new Set(
    inside.flatMap(({ text }, n) => (text === '(' && n < inside.length - 1 ? [inside[n + 1]?.text] : [])),
  );
  const type = typeBefore(before);
  return MAP_ATTRIBUTES.filter(({ name }) => !written.has(name) && (!type || isOf(type, name)));
}

/** Whether a map of the type can have the attribute. */
function isOf({ key, value, entries, holds }: MapType, name: string): boolean {
  if (name.startsWith('key')) return key.max !== 0;
  if (name === 'values') return holds !== undefined;
  if (name.startsWith('value')) return value.max !== 0;
  return name !== 'max_entries' || entries !== 'none';
}

function fields(before: readonly Token[], place: Place): readonly CompletionItem[] {
  const type = typeBefore(before);
  return absent(before).map(({ name, macro }) => ({
    label: `${macro}(${name}, …)`,
    labelDescription: 'map attribute',
    kind: 'snippet' as const,
    replace: place.replace,
    newText: `${macro}(${name}, ${initial(name, type)});`,
    snippet: true,
    filterText: `${macro}(${name}`,
    ...(/^(?:type|map_flags)$/.test(name) && { reopen: true as const }),
    subject: { kind: 'map' as const, name },
  }));
}

function initial(name: string, type: MapType | undefined): string {
  switch (name) {
    case 'type':
      return '$0';
    case 'max_entries':
      return type?.entries === 'pages' ? '${1:256 * 1024}' : '${1:1024}';
    case 'key':
      return type?.key.max === 4 ? '${1:__u32}' : '${1:struct key}';
    case 'map_flags':
      return type?.required[0] === undefined ? '$0' : `BPF_F_${type.required[0]}$0`;
    case 'pinning':
      return 'LIBBPF_PIN_BY_NAME';
    default:
      return '$0';
  }
}

/** The names behind `__uint(`. */
function attributes(macro: string, before: readonly Token[], place: Place): readonly CompletionItem[] {
  return absent(before.slice(0, -2))
    .filter((one) => one.macro === macro)
    .map(({ name }) => ({
      label: name,
      labelDescription: 'map attribute',
      kind: 'field' as const,
      replace: place.replace,
      newText: `${name}, `,
      ...(/^(?:type|map_flags|pinning)$/.test(name) && { reopen: true as const }),
      subject: { kind: 'map' as const, name },
    }));
}

/** Most usual first. */
const usual = ['HASH', 'ARRAY', 'RINGBUF', 'PERCPU_ARRAY', 'PERCPU_HASH', 'LRU_HASH', 'PERF_EVENT_ARRAY'];

function types({ kernel }: DocumentView, place: Place): readonly CompletionItem[] {
  const values = kernel.index.types.enumeration('bpf_map_type');
  const there = MAP_TYPES.filter(
    (type) => values === undefined || values.some(({ name }) => mapTypeNamed(name) === type),
  );
  const rank = ({ name }: MapType) => (usual.includes(name) ? usual.indexOf(name) : usual.length);
  return [...there]
    .sort((a, b) => rank(a) - rank(b))
    .map((type) => constant(fullName(type), `since Linux ${type.since}`, place));
}

function flags(type: MapType | undefined, value: readonly Token[], place: Place): readonly CompletionItem[] {
  const written = value.map(({ text }) => text);
  return MAP_FLAGS.filter(({ name }) => type?.flags.includes(name) ?? true)
    .filter(({ name }) => !written.includes(`BPF_F_${name}`))
    .sort((a, b) => Number(type?.required.includes(b.name)) - Number(type?.required.includes(a.name)))
    .map(({ name, text }) => constant(`BPF_F_${name}`, text, place));
}

const constant = (name: string, text: string, { replace }: Place): CompletionItem => ({
  ...{ label: name, labelDescription: text, kind: 'constant', replace, newText: name },
  subject: { kind: 'map', name },
});
