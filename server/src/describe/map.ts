/** Maps in Markdown: a type, an attribute or a flag of a definition, and a map of the file with what it holds. */
import { MAP_ATTRIBUTES, MAP_FLAGS } from '#core/bpf/map-attributes';
import { mapTypeNamed, sizeText, type MapType, type SizeRule } from '#core/bpf/map-types';
import type { TypeIndex } from '#core/btf/types';
import { fieldNamed, typeOf, type MapBody, type MapDefinition } from '../maps/definition';
import { likelySize, numberIn } from '../maps/sizes';
import type { DocumentView } from '../view';
import { code, inline, list, paragraphs } from './markdown';

/** `BPF_MAP_TYPE_HASH`, `max_entries`, `BPF_F_NO_PREALLOC`: whatever of it a definition can name. */
export function describeMapWord(word: string, types: TypeIndex): string | undefined {
  const type = mapTypeNamed(word);
  if (type !== undefined) return describeType(type, types);
  const attribute = MAP_ATTRIBUTES.find(({ name }) => name === word);
  if (attribute !== undefined) return attribute.text;
  const flag = MAP_FLAGS.find(({ name }) => `BPF_F_${name}` === word);
  return flag && `${inline(word)} (${inline(`1 << ${flag.bit}`)}): ${flag.text}.`;
}

function describeType(type: MapType, types: TypeIndex): string {
  const values = types.enumeration('bpf_map_type');
  const isMissing = values?.every(({ name }) => mapTypeNamed(name) !== type) ?? false;
  return paragraphs([
    type.text,
    list(needs(type)),
    `Since Linux ${type.since}${isMissing ? '; the target kernel does not have it' : ''}.`,
  ]);
}

function needs(type: MapType): readonly string[] {
  const { key, value, entries, required, typed, holds } = type;
  return [
    `key: ${ruleText(key)}${typed ? ', as the type `int`' : ''}`,
    `value: ${ruleText(value)}${typed ? ', as a type' : ''}`,
    `max_entries: ${entriesText[entries]}`,
    ...(required.length > 0
      ? [`map_flags: ${required.map((flag) => inline(`BPF_F_${flag}`)).join(', ')}`]
      : []),
    ...(holds === 'maps'
      ? ['values: `__array(values, struct { … })`, the definition of the maps in it']
      : []),
  ];
}

const entriesText: Readonly<Record<MapType['entries'], string>> = {
  some: 'more than 0',
  none: 'none',
  cpus: 'may be left out: libbpf takes the number of CPUs',
  pages: 'its size in bytes, a power of two of pages',
  arena: 'its size in pages',
};

const ruleText = (rule: SizeRule): string =>
  rule.max === 0 ? 'none' : rule.max === undefined && rule.of === undefined ? 'any' : sizeText(rule);

/** Its type, what it holds with sizes on the target, and how much memory that takes. */
export function describeMap(view: DocumentView, definition: MapDefinition): string | undefined {
  const type = typeOf(definition);
  const written = fieldNamed(definition, 'type')?.value;
  if (written === undefined) return undefined;
  const { map } = definition;
  const rows = [
    `key: ${held(view, definition, 'key')}`,
    `value: ${held(view, definition, 'value')}`,
    entries(view, definition, type),
    ...shownField(definition, 'map_flags'),
    ...shownField(definition, 'pinning'),
    ...innerText(view, definition),
  ].filter((row) => row !== undefined && !row.endsWith(': '));
  return paragraphs([
    code(`${written} ${map.name}`),
    type?.text,
    list(rows.flatMap((row) => row ?? [])),
    type && memory(view, definition, type),
  ]);
}

function held(view: DocumentView, body: MapBody, of: 'key' | 'value'): string {
  const type = fieldNamed(body, of);
  const number = fieldNamed(body, `${of}_size`);
  const bytes = sizeOf(view, body, of);
  const size = bytes === undefined ? '' : bytes === 1 ? '1 byte' : `${bytes} bytes`;
  if (type !== undefined)
    return `${inline(type.value.replace(/\s+/g, ' '))}${size === '' ? '' : `, ${size}`}`;
  return number === undefined ? '' : size === '' ? inline(number.value) : size;
}

function sizeOf(view: DocumentView, body: MapBody, of: 'key' | 'value'): number | undefined {
  const type = fieldNamed(body, of);
  const number = fieldNamed(body, `${of}_size`);
  return (type && likelySize(view, type.value)) ?? (number && numberIn(view, number.value));
}

function entries(view: DocumentView, body: MapBody, type: MapType | undefined): string | undefined {
  const field = fieldNamed(body, 'max_entries');
  const count = field && numberIn(view, field.value);
  if (field === undefined) return undefined;
  if (count === undefined) return `max_entries: ${inline(field.value)}`;
  if (type?.entries === 'pages') return `size: ${bytesText(count)}`;
  return `max_entries: ${count.toLocaleString('en')}`;
}

function shownField(body: MapBody, name: string): readonly string[] {
  const field = fieldNamed(body, name);
  return field === undefined ? [] : [`${name}: ${inline(field.value)}`];
}

function innerText(view: DocumentView, body: MapBody): readonly string[] {
  const inner = fieldNamed(body, 'values')?.inner;
  const type = inner && fieldNamed(inner, 'type')?.value;
  if (inner === undefined || type === undefined) return [];
  const parts = (['key', 'value'] as const).flatMap((of) => {
    const text = held(view, inner, of);
    return text === '' ? [] : [`${of} ${text}`];
  });
  return [`maps in it: ${inline(type)}${parts.length > 0 ? `; ${parts.join('; ')}` : ''}`];
}

/** Of what is allocated when it is made, without what the kernel adds. */
function memory(view: DocumentView, body: MapBody, type: MapType): string | undefined {
  const field = fieldNamed(body, 'max_entries');
  const count = field && numberIn(view, field.value);
  const value = sizeOf(view, body, 'value');
  const key = sizeOf(view, body, 'key');
  const flags = fieldNamed(body, 'map_flags');
  if (count === undefined || value === undefined || key === undefined) return undefined;
  const isHash = /^(?:LRU_)?(?:PERCPU_)?HASH$/.test(type.name);
  if (!isHash && !/^(?:PERCPU_)?ARRAY$/.test(type.name)) return undefined;
  if (isHash && flags !== undefined) return undefined;
  const bytes = count * (round(value) + (isHash ? round(key) : 0));
  const perCpu = type.name.includes('PERCPU');
  return `Elements take ${bytesText(bytes)}${perCpu ? ' for each CPU' : ''}, allocated when it is made.`;
}

const round = (bytes: number): number => Math.ceil(bytes / 8) * 8;

function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
