/** What a map of maps holds from the beginning, against the inner maps that it declares: `bpf_map_meta_equal()` of the kernel. */
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import { endOfGroup } from '../analysis/mask';
import { tokenize, type Token } from '../analysis/lexer';
import { inWords } from '../describe/words';
import type { Fix } from '../checks/check';
import type { DocumentView } from '../view';
import { fieldNamed, mapDefinition, typeOf, type MapBody, type MapDefinition } from './definition';
import { added, removed, replaced } from './edits';
import { fix, problem, type MapProblem } from './problem';
import { numberIn, writtenSize } from './sizes';

export function valueProblems(view: DocumentView, outer: MapDefinition): readonly MapProblem[] {
  const inner = fieldNamed(outer, 'values')?.inner;
  if (typeOf(outer)?.holds !== 'maps' || inner === undefined) return [];
  return initialValues(view, outer).flatMap((name) => {
    const own = view.source.maps.filter((map) => map.name === name.text);
    const held = own.length === 1 && own[0] ? mapDefinition(view.source, own[0]) : undefined;
    const differing = held ? differences(view, inner, held) : [];
    if (held === undefined || differing.length === 0) return [];
    const what = inWords(differing);
    const message = `${outer.map.name} cannot hold ${name.text}, whose ${what} ${differing.length > 1 || what.endsWith('s') ? 'are' : 'is'} not what its values declare: libbpf refuses the object.`;
    const edits = differing.map((attribute) => copied(view, inner, held, attribute));
    const all = edits.flatMap((edit) => edit ?? []);
    return [
      problem({ start: name.start, end: name.end }, message, [
        all.length === edits.length ? fix(`Define ${name.text} as the values are declared`, all) : undefined,
      ]),
    ];
  });
}

/** Whether a map can be a value of this one, as far as both are written plainly. */
export function isHeldBy(view: DocumentView, outer: MapDefinition, held: MapDefinition): boolean {
  const inner = fieldNamed(outer, 'values')?.inner;
  return inner === undefined || differences(view, inner, held).length === 0;
}

/** `= { .values = { &a, [3] = (void *)&b } }` */
function initialValues({ text }: DocumentView, { map }: MapDefinition): readonly Token[] {
  const end = text.indexOf(';', map.span.end - 1);
  const tokens = tokenize(text, map.span.start, end < 0 ? map.span.end : end);
  const at = tokens.findIndex((token, n) => token.text === '.' && tokens[n + 1]?.text === 'values');
  if (tokens[at + 2]?.text !== '=' || tokens[at + 3]?.text !== '{') return [];
  const inside = tokens.slice(at + 4, endOfGroup(tokens, at + 3) - 1);
  if (inside.some(({ kind }) => kind === 'directive')) return [];
  return inside.filter(
    ({ kind }, n) => kind === 'word' && inside[n - 1]?.text === '&' && /^,?$/.test(inside[n + 1]?.text ?? ''),
  );
}

function differences(view: DocumentView, inner: MapBody, held: MapBody): readonly string[] {
  const [type, other] = [typeOf(inner), typeOf(held)];
  if (type === undefined || other === undefined) return [];
  if (type !== other) return ['type'];
  const sizes = (['key', 'value'] as const).filter((of) => {
    const [one, two] = [writtenSize(view, inner, of), writtenSize(view, held, of)];
    if (one.kind !== 'written' || two.kind !== 'written' || one.conflict || two.conflict) return false;
    return one.bytes !== undefined && two.bytes !== undefined && one.bytes !== two.bytes;
  });
  const flags = numberOf(view, inner, 'map_flags');
  const isFlagged = isOther(permanent(flags), permanent(numberOf(view, held, 'map_flags')));
  // Since 5.10 only of arrays, whose lookups are inlined; older kernels ask it of all.
  const isCounted = type.name === 'ARRAY' && flags !== undefined && ((flags >> innerMap) & 1) === 0;
  const isLonger =
    isCounted && isOther(numberOf(view, inner, 'max_entries'), numberOf(view, held, 'max_entries'));
  return [...sizes, ...(isLonger ? ['max_entries'] : []), ...(isFlagged ? ['map_flags'] : [])];
}

const bitOf = (flag: string): number => MAP_FLAGS.find(({ name }) => name === flag)?.bit ?? 0;
const innerMap = bitOf('INNER_MAP');

/** What user space may do belongs to its file descriptor, not to the map. */
const permanent = (flags: number | undefined): number | undefined =>
  flags === undefined ? undefined : flags & ~((1 << bitOf('RDONLY')) | (1 << bitOf('WRONLY')));

const isOther = (one: number | undefined, two: number | undefined): boolean =>
  one !== undefined && two !== undefined && one !== two;

function numberOf(view: DocumentView, body: MapBody, name: string): number | undefined {
  const field = fieldNamed(body, name);
  if (field) return numberIn(view, field.value);
  return body.fields.some((one) => one.name === name) ? undefined : 0;
}

/** The attribute as the inner maps have it; undefined where it is written in another way. */
function copied(
  { text }: DocumentView,
  inner: MapBody,
  held: MapBody,
  name: string,
): Fix['edits'][number] | undefined {
  // Of another type the other attributes mean something else.
  if (
    name === 'type' ||
    [inner, held].some(({ fields }) => fields.some((one) => one.name === `${name}_size`))
  )
    return undefined;
  const [from, to] = [fieldNamed(inner, name), fieldNamed(held, name)];
  if (from === undefined) return to && removed(text, to);
  const written = text.slice(from.span.start, from.span.end);
  return to ? replaced(to, written) : added(text, held, written);
}
