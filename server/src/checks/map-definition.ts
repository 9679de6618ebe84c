/**
 * A map that libbpf or the kernel refuses to make as it is defined: no program of the object loads. Of which type a map is, a
 * compiled object knows best.
 */
import type { MapDefinition as CompiledMap } from '#core/elf/maps';
import { MAP_TYPES } from '#core/bpf/map-types';
import { mapDefinitions } from '../maps/definition';
import { kernelHasMaps, noSuchMaps } from '../maps/kernel-types';
import { mapProblems } from '../maps/rules';
import { verdictOf } from '../object/verdict';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

export const mapDefinition: Check = {
  code: 'map-definition',
  run: (view) => {
    const compiled = verdictOf(view) && view.object?.maps;
    const findings = mapDefinitions(view.source).flatMap((definition) => {
      const own = compiled?.find(({ name }) => name === definition.map.name);
      return mapProblems(view, definition)
        .filter(({ isAboutType }) => !isAboutType || !compiled || (own && !isOnKernel(view, own)))
        .map(({ span, message, severity, dependsOnKernel, fixes }): Finding => {
          return { code: 'map-definition', span, message, severity, dependsOnKernel, fixes };
        });
    });
    return [...findings, ...(compiled ?? []).flatMap((map) => onlyCompiled(view, map, findings))];
  },
};

function isOnKernel({ kernel }: DocumentView, { type }: CompiledMap): boolean {
  const known = type === undefined ? undefined : MAP_TYPES[type - 1];
  return known === undefined || kernelHasMaps(kernel.index, known);
}

/** What the definition in the text does not show: its type comes from a macro, or all of it does. */
function onlyCompiled(
  view: DocumentView,
  map: CompiledMap,
  findings: readonly Finding[],
): readonly Finding[] {
  const known = map.type === undefined ? undefined : MAP_TYPES[map.type - 1];
  if (known === undefined || isOnKernel(view, map)) return [];
  const own = view.source.maps.find(({ name }) => name === map.name);
  const message = noSuchMaps(known);
  const isSaid = findings.some(
    ({ span, message: other }) =>
      own && other === message && span.start >= own.span.start && span.end <= own.span.end,
  );
  const span = own?.nameSpan ?? wordIn(view, map.name);
  if (isSaid || !span) return [];
  return [{ code: 'map-definition', span, severity: 'error', dependsOnKernel: true, message, fixes: [] }];
}

/** Where the text has the name first: of a map that a macro defines, in the macro's parentheses. */
function wordIn({ text }: DocumentView, name: string): Finding['span'] | undefined {
  const start = text.search(new RegExp(String.raw`\b${name}\b`));
  return start < 0 ? undefined : { start, end: start + name.length };
}
