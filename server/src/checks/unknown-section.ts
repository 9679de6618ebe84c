/**
 * A section that libbpf has no name for, where it is close enough to one that it must be a slip; and one whose type of programs
 * the kernel does not have. Which programs there are, a compiled object says.
 */
import { isKnownForeignSection, nearestSections, parseSectionName } from '#core/bpf/section-name';
import type { TypeIndex } from '#core/btf/types';
import type { SectionSite } from '../analysis/model';
import { placeOfCall } from '../object/calls';
import { verdictOf } from '../object/verdict';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

export const unknownSection: Check = {
  code: 'unknown-section',
  run: (view) => [...slips(view), ...missingTypes(view)],
};

function slips({ source }: DocumentView): readonly Finding[] {
  return source.sections.flatMap((site): readonly Finding[] => {
    if (site.conditional || site.on !== 'function' || site.value === '') return [];
    if (parseSectionName(site.value) || isKnownForeignSection(site.value)) return [];
    const names = nearestSections(site.value);
    // Nothing like it in libbpf: it may well be another loader's.
    if (names.length === 0) return [];
    return [
      {
        code: 'unknown-section',
        span: site.literal ?? site.span,
        severity: 'error',
        dependsOnKernel: false,
        message: `libbpf has no section ${site.value}, so it does not know the type of this program. Did you mean ${names.join(' or ')}?`,
        fixes: names.flatMap((name) => replace(site, name, names.length === 1)),
      },
    ];
  });
}

function missingTypes(view: DocumentView): readonly Finding[] {
  const { index } = view.kernel;
  const types = programTypes(index.types);
  if (types.size === 0) return [];
  const compiled = verdictOf(view)?.programs.map(({ program }) => program);
  const own = view.source.programs
    .filter(({ section, function: fn }) => !section.conditional && !fn.conditional)
    .map(({ section, function: fn }) => {
      return { name: fn.name, section: section.value, span: section.literal ?? section.span };
    });
  const others = (compiled ?? []).flatMap((program) => {
    const { name, section } = program;
    const isOwn = own.some((one) => one.name === name);
    const span = isOwn ? undefined : placeOfCall(view, { program, at: 0 }, [name]);
    return span ? [{ name, section, span }] : [];
  });
  const kept = own.filter(({ name }) => !compiled || compiled.some((one) => one.name === name));
  return [...kept, ...others].flatMap(({ section, span }): readonly Finding[] => {
    const parsed = parseSectionName(section);
    // One that is not loaded by default may be meant for other kernels.
    if (!parsed || parsed.optional || types.has(parsed.def.programType)) return [];
    const message = `Kernel ${index.provenance.release} has no programs of the type ${parsed.def.programType}: it refuses to load the program (EINVAL).`;
    return [{ code: 'unknown-section', span, severity: 'error', dependsOnKernel: true, message, fixes: [] }];
  });
}

/** A kernel's types are immutable. */
const made = new WeakMap<TypeIndex, ReadonlySet<string>>();

/** Empty where the kernel's types are not known. */
function programTypes(types: TypeIndex): ReadonlySet<string> {
  const known = made.get(types) ?? new Set(types.enumeration('bpf_prog_type')?.map(({ name }) => name));
  made.set(types, known);
  return known;
}

function replace(site: SectionSite, name: string, preferred: boolean): Fix[] {
  return site.literal
    ? [{ title: `Change to ${name}`, edits: [{ span: site.literal, newText: name }], preferred }]
    : [];
}
