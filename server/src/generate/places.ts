/** Where things of a kind stand in a file. A place is the end of a line, outside of every `#if`. */
import { conditionalDirective } from '../analysis/conditions';
import type { SectionSite, SourceAnalysis, Span } from '../analysis/model';

/** Behind the last `#include` of the file's head; behind its first comment where it has none. */
export function includesEnd(file: SourceAnalysis): number {
  const { text } = file;
  const code = firstStart([...file.structs, ...file.functions, ...file.sections].map(({ span }) => span));
  const last = file.includes.findLast(({ span }) => span.end <= code);
  if (last !== undefined) return outside(text, lineEnd(text, last.span.end));
  return /^(?:\s*(?:\/\/.*|\/\*[^]*?\*\/))*/.exec(text)?.[0].length ?? 0;
}

/**
 * Behind the last struct, map or license that stands above the first program, which uses what stands there;
 * undefined where some stand below it: then everything that is new belongs to the end.
 */
export function declarationsEnd(file: SourceAnalysis, openSection: number | undefined): number | undefined {
  const { text } = file;
  const programs = file.programs.flatMap(({ section, function: fn }) => [section.span, fn.span]);
  const first = Math.min(firstStart(programs), openSection ?? Infinity);
  const types = [...file.structs, ...file.maps].map(({ span }) => span);
  if (types.some(({ start }) => start > first)) return undefined;
  const above = [...types, ...licenses(file).map(({ span }) => span)].filter(({ end }) => end <= first);
  const ends = above.map(({ end }) => outside(text, lineEnd(text, statementEnd(text, end))));
  return Math.max(includesEnd(file), ...ends);
}

/** The end of the file, but for a license that stands there. */
export function programsEnd(file: SourceAnalysis): number {
  const { text } = file;
  const end = text.trimEnd().length;
  const license = licenses(file).at(-1)?.span.start;
  const others = [...file.functions, ...file.maps, ...file.structs].map(({ span }) => span.end);
  if (license === undefined || others.length === 0 || Math.max(...others) > license) return end;
  const above = text.slice(0, text.lastIndexOf('\n', license) + 1).trimEnd().length;
  return outside(text, above) === above ? above : end;
}

function licenses({ sections }: SourceAnalysis): readonly SectionSite[] {
  return sections.filter(({ value }) => value === 'license');
}

function firstStart(spans: readonly Span[]): number {
  return Math.min(...spans.map(({ start }) => start));
}

/** Behind the semicolon that ends the declaration. */
function statementEnd(text: string, offset: number): number {
  const semicolon = text.indexOf(';', offset - 1);
  return semicolon < 0 ? offset : semicolon + 1;
}

export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline < 0) return text.length;
  return text[newline - 1] === '\r' ? Math.max(offset, newline - 1) : newline;
}

/** The offset itself, or the end of the `#endif` that closes the outermost `#if` around it. */
function outside(text: string, offset: number): number {
  let depth = 0;
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    const directive = conditionalDirective(line);
    if (directive === 'if') depth++;
    else if (directive === 'endif' && depth > 0) depth--;
    if (end >= offset && depth === 0) return Math.max(offset, lineEnd(text, start));
    start = end + 1;
  }
  return text.trimEnd().length;
}
