/** A section that libbpf has no name for, where it is close enough to one that it must be a slip. */
import { isKnownForeignSection, nearestSections, parseSectionName } from '#core/bpf/section-name';
import type { SectionSite } from '../analysis/model';
import type { Check, Finding, Fix } from './check';

export const unknownSection: Check = {
  code: 'unknown-section',
  sourceOnly: true,
  run: (view) =>
    view.source.sections.flatMap((site): Finding[] => {
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
    }),
};

function replace(site: SectionSite, name: string, preferred: boolean): Fix[] {
  return site.literal
    ? [{ title: `Change to ${name}`, edits: [{ span: site.literal, newText: name }], preferred }]
    : [];
}
