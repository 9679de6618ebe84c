/** The license section that GPL-only helpers, kernel functions and types of the kernel ask for. */
import { tokenize } from '../analysis/lexer';
import type { VerdictFix } from './model';

export const license: VerdictFix = {
  rules: ['helper-license', 'struct-gpl', 'gpl-program', 'kfunc-license'],
  fix({ text, source }) {
    const sites = source.sections.filter(({ value }) => value === 'license');
    const [site] = sites;
    if (sites.length > 1 || site?.conditional === true) return undefined;
    if (site === undefined) {
      // A header of the project may have it.
      if (source.includes.some(({ system, path }) => !system && path !== 'vmlinux.h')) return undefined;
      return {
        title: 'Declare the license "GPL"',
        edits: [
          {
            span: { start: text.length, end: text.length },
            newText: `${text.endsWith('\n') ? '' : '\n'}\nchar LICENSE[] SEC("license") = "GPL";\n`,
          },
        ],
        preferred: true,
      };
    }
    const [equals, value, end] = tokenize(text, site.span.end, text.indexOf(';', site.span.end) + 1);
    if (equals?.text !== '=' || value?.kind !== 'string' || end?.text !== ';') return undefined;
    // Whose license it is nobody but its author decides: it is offered, never preferred.
    return {
      title: `Change the license from ${value.text} to "GPL"`,
      edits: [{ span: { start: value.start, end: value.end }, newText: '"GPL"' }],
      preferred: false,
    };
  },
};
