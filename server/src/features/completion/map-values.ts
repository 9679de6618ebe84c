/** What a map holds from the beginning, `.values = { [0] = &… }`: the maps of a map of maps, the programs of an array of programs. */
import { parseSectionName } from '#core/bpf/section-name';
import { mapTypeNamed, type MapType } from '#core/bpf/map-types';
import { isInComment } from '../../analysis/cursor-tokens';
import type { Token } from '../../analysis/lexer';
import type { Program } from '../../analysis/model';
import { mapDefinition, typeOf } from '../../maps/definition';
import { isHeldBy } from '../../maps/initial-values';
import type { DocumentView } from '../../view';
import type { CompletionItem, CompletionList } from './item';
import { isClangds, outsideCursor } from './outside-cursor';

/** Undefined where the cursor stands in no such initializer. */
export function completeMapValues(view: DocumentView, offset: number): CompletionList | undefined {
  const cursor = outsideCursor(view, offset);
  if (cursor === undefined || isClangds(view, cursor)) return undefined;
  const { before, replace } = cursor;
  const outer = initializerAround(before, before.length);
  if (outer === undefined || isInComment(view.text, offset)) return undefined;
  const own = mapBefore(before, outer);
  if (own !== undefined) {
    if (before.at(-1)?.text !== '.' || before.length - 2 !== outer || own.type?.holds === undefined)
      return undefined;
    const what = own.type.holds === 'maps' ? 'maps' : 'programs';
    return { items: [valuesItem(what, replace)], incomplete: false };
  }
  const map = isValues(before, outer) ? mapBefore(before, initializerAround(before, outer)) : undefined;
  const start = map && valueStart(before);
  const holds = map?.type?.holds;
  if (map === undefined || holds === undefined || start === undefined) return undefined;
  const names = holds === 'maps' ? heldMaps(view, map.name) : heldPrograms(view, map.name);
  const held = new Set(
    before.slice(outer).flatMap(({ text: word }, n, all) => (all[n - 1]?.text === '&' ? [word] : [])),
  );
  // What is there once is seldom wanted again.
  const ordered = [
    ...names.filter(({ name }) => !held.has(name)),
    ...names.filter(({ name }) => held.has(name)),
  ];
  return { items: ordered.map((one) => item(one, replace, prefixOf(start, holds))), incomplete: false };
}

/** The brace that is open at `until`. */
function initializerAround(tokens: readonly Token[], until: number): number | undefined {
  let depth = 0;
  for (let at = until - 1; at >= 0; at--) {
    const text = tokens[at]?.text;
    if (text === '}') depth++;
    else if (text === ';' && depth === 0) return undefined;
    else if (text === '{' && depth-- === 0) return at;
  }
  return undefined;
}

interface Map {
  readonly name: string;
  readonly type: MapType | undefined;
}

/** The map whose initializer a brace opens: `} name SEC(".maps") = {`. */
function mapBefore(tokens: readonly Token[], brace: number | undefined): Map | undefined {
  if (brace === undefined) return undefined;
  const [name, sec, open, section, close, equals] = tokens.slice(brace - 6, brace).map(({ text }) => text);
  if (sec !== 'SEC' || open !== '(' || section !== '".maps"' || close !== ')' || equals !== '=')
    return undefined;
  const end = brace - 7;
  if (name === undefined || tokens[end]?.text !== '}') return undefined;
  let depth = 0;
  for (let at = end; at >= 0; at--) {
    const text = tokens[at]?.text;
    if (text === '}') depth++;
    else if (text === '{') depth--;
    else if (depth === 1 && text === '__uint' && tokens[at + 2]?.text === 'type')
      return { name, type: mapTypeNamed(tokens[at + 4]?.text ?? '') };
    if (depth === 0) break;
  }
  return { name, type: undefined };
}

const isValues = (tokens: readonly Token[], brace: number): boolean =>
  tokens
    .slice(brace - 3, brace)
    .map(({ text }) => text)
    .join('') === '.values=';

/** What is written of the value so far; undefined where something else is expected. */
type Start = 'nothing' | 'cast' | 'address';

function valueStart(before: readonly Token[]): Start | undefined {
  const words = before.slice(-5).map(({ text }) => text);
  const cast = words.slice(-4).join('') === '(void*)';
  if (words.at(-1) === '&') {
    const rest = before.slice(0, -1);
    return valueStart(rest) === undefined ? undefined : 'address';
  }
  if (cast) return valueStart(before.slice(0, -4)) === 'nothing' ? 'cast' : undefined;
  const isIndexed = words.at(-1) === '=' && words.at(-2) === ']';
  return isIndexed || /^[{,]$/.test(words.at(-1) ?? '') ? 'nothing' : undefined;
}

/** Programs have parameters of other types than `__array(values, int (void *))` declares. */
function prefixOf(start: Start, holds: MapType['holds']): string {
  if (start === 'address') return '';
  return start === 'nothing' && holds === 'programs' ? '(void *)&' : '&';
}

interface Held {
  readonly name: string;
  readonly description: string;
  readonly kind: CompletionItem['kind'];
}

/** Those that fit first. */
function heldMaps(view: DocumentView, outer: string): readonly Held[] {
  const map = view.source.maps.find(({ name }) => name === outer);
  const definition = map && mapDefinition(view.source, map);
  const others = view.source.maps.flatMap((one) => {
    const own = one.name === outer ? undefined : mapDefinition(view.source, one);
    const type = own && typeOf(own);
    if (own === undefined || type?.notInner || type?.holds === 'maps') return [];
    const fits = definition && isHeldBy(view, definition, own);
    const description = fits === false ? 'map, not as the values are declared' : 'map';
    return [{ name: one.name, description, kind: 'constant', fits } as const];
  });
  return [...others.filter(({ fits }) => fits !== false), ...others.filter(({ fits }) => fits === false)];
}

/** Those of the type of the programs that go on through the map first: an array takes programs of one type. */
function heldPrograms({ text, source }: DocumentView, outer: string): readonly Held[] {
  const word = new RegExp(String.raw`&\s*${outer}\b`);
  const callers = source.programs.filter(({ function: fn }) =>
    word.test(text.slice(fn.bodySpan.start, fn.bodySpan.end)),
  );
  const wanted = new Set(callers.map(typeOfProgram));
  const all = source.programs.map((program) => ({
    name: program.function.name,
    description: program.section.value,
    kind: 'function' as const,
    fits: wanted.size === 0 || wanted.has(typeOfProgram(program)),
  }));
  return [...all.filter(({ fits }) => fits), ...all.filter(({ fits }) => !fits)];
}

const typeOfProgram = ({ section }: Program): string =>
  parseSectionName(section.value)?.def.programType ?? section.value;

const valuesItem = (what: string, replace: CompletionItem['replace']): CompletionItem => ({
  label: 'values',
  labelDescription: `the ${what} that it holds from the beginning`,
  kind: 'field',
  replace,
  newText: 'values = {\n\t\t[0] = $0,\n\t}',
  snippet: true,
  reopen: true,
});

const item = (
  { name, description, kind }: Held,
  replace: CompletionItem['replace'],
  prefix: string,
): CompletionItem => ({
  label: name,
  labelDescription: description,
  kind,
  replace,
  newText: `${prefix}${name}`,
  filterText: name,
});
