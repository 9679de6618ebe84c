/** The license that a file declares for its programs, as the kernel takes it. */
import { tokenize } from '../analysis/lexer';
import type { SourceAnalysis, Span } from '../analysis/model';
import type { Fix } from '../checks/check';

export type License =
  /** No section in this file; a header may have one. */
  | { readonly kind: 'none' }
  | { readonly kind: 'declared'; readonly value: string; readonly span: Span }
  /** Several, under `#if`, or made by a macro. */
  | { readonly kind: 'unclear' };

/** `license_is_gpl_compatible()` of the kernel's include/linux/license.h. */
const gplCompatible = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

export function isGplCompatible(license: string): boolean {
  return gplCompatible.has(license);
}

export function licenseOf({ text, sections }: Pick<SourceAnalysis, 'text' | 'sections'>): License {
  const sites = sections.filter(({ value }) => value === 'license');
  const [site] = sites;
  if (site === undefined) return { kind: 'none' };
  if (sites.length > 1 || site.conditional) return { kind: 'unclear' };
  const [equals, value, end] = tokenize(text, site.span.end, text.indexOf(';', site.span.end) + 1);
  if (equals?.text !== '=' || value?.kind !== 'string' || end?.text !== ';' || value.text.includes('\\'))
    return { kind: 'unclear' };
  return { kind: 'declared', value: value.text.slice(1, -1), span: { start: value.start, end: value.end } };
}

/** Undefined where the license is not this file's to declare or to change. */
export function licenseFix(source: Pick<SourceAnalysis, 'text' | 'sections' | 'includes'>): Fix | undefined {
  const license = licenseOf(source);
  switch (license.kind) {
    case 'unclear':
      return undefined;
    case 'none': {
      const { text } = source;
      // A header of the project may have it.
      if (source.includes.some(({ system, path }) => !system && path !== 'vmlinux.h')) return undefined;
      const newText = `${text.endsWith('\n') ? '' : '\n'}\nchar LICENSE[] SEC("license") = "GPL";\n`;
      const span = { start: text.length, end: text.length };
      return { title: 'Declare the license "GPL"', edits: [{ span, newText }], preferred: true };
    }
    case 'declared':
      // Whose license it is nobody but its author decides: it is offered, never preferred.
      return {
        title: `Change the license from "${license.value}" to "GPL"`,
        edits: [{ span: license.span, newText: '"GPL"' }],
        preferred: false,
      };
  }
}
