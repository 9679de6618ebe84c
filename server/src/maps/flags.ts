/** What the kernel refuses of `map_flags`. */
import { MAP_FLAGS } from '#core/bpf/map-attributes';
import { fullName } from '#core/bpf/map-types';
import type { Fix } from '../checks/check';
import type { DocumentView } from '../view';
import { fieldNamed, type MapField } from './definition';
import { added, removed, replaced } from './edits';
import { seriesOf } from '../helpers/series';
import { fix, problem, type Judged, type MapProblem } from './problem';
import { numberIn } from './sizes';

const exclusive = [
  ['RDONLY', 'WRONLY'],
  ['RDONLY_PROG', 'WRONLY_PROG'],
] as const;

export function flagProblems({ view, body, type, span }: Judged): readonly MapProblem[] {
  const field = fieldNamed(body, 'map_flags');
  const value = field ? numberIn(view, field.value) : 0;
  if (value === undefined || (!field && body.fields.some(({ name }) => name === 'map_flags'))) return [];
  const set = MAP_FLAGS.filter(({ bit }) => Math.floor(value / 2 ** bit) % 2 === 1).map(({ name }) => name);
  const name = fullName(type);
  const at = field?.valueSpan ?? span;

  const missing = type.required.filter((flag) => !set.includes(flag));
  const problems = missing.map((flag) => {
    const written = `__uint(map_flags, ${[...(set.length > 0 && field ? [field.value] : []), `BPF_F_${flag}`].join(' | ')});`;
    const edit = field ? replaced(field, written) : added(view.text, body, written);
    return problem(at, `A map of the type ${name} needs the flag BPF_F_${flag}: the kernel refuses it.`, [
      fix(`${field ? 'Write' : 'Add'} ${written}`, [edit]),
    ]);
  });
  if (field === undefined) return problems;

  const refused = set.filter((flag) => !type.flags.includes(flag));
  if (refused.length > 0 && knowsAllFlags(view)) {
    const list = refused.map((flag) => `BPF_F_${flag}`).join(' and ');
    const message = `A map of the type ${name} does not take ${list}: the kernel refuses it.`;
    problems.push(problem(at, message, [without(view.text, field, refused)]));
  }
  for (const [one, other] of exclusive) {
    if (!set.includes(one) || !set.includes(other) || refused.includes(one)) continue;
    problems.push(
      problem(at, `BPF_F_${one} and BPF_F_${other} exclude each other: the kernel refuses the map.`),
    );
  }
  return problems;
}

/** Where all flags are written by name. */
function without(text: string, field: MapField, flags: readonly string[]): Fix | undefined {
  const names = field.value.split('|').map((name) => name.trim());
  if (names.some((name) => !/^BPF_F_\w+$/.test(name))) return undefined;
  const kept = names.filter((name) => !flags.includes(name.replace('BPF_F_', '')));
  const title = `Remove ${flags.map((flag) => `BPF_F_${flag}`).join(' and ')}`;
  if (kept.length === 0) return fix(title, [removed(text, field)]);
  return fix(title, [{ span: field.valueSpan, newText: kept.join(' | ') }]);
}

/** The table of flags was proven up to this kernel: a newer one may know more. */
function knowsAllFlags({ kernel }: DocumentView): boolean {
  const series = seriesOf(kernel.index.provenance.release);
  return series !== undefined && series <= 6.18;
}
