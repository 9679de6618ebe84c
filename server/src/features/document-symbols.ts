/** The outline: programs under the sections that attach them, and maps. */
import type { Span } from '../analysis/model';
import type { DocumentView } from '../view';

export interface DocumentSymbol {
  readonly kind: 'program' | 'map';
  readonly name: string;
  /** The SEC string of a program, the type of a map. */
  readonly detail: string;
  /** From the SEC to the end. */
  readonly span: Span;
  readonly nameSpan: Span;
}

export function documentSymbols({ source }: DocumentView): readonly DocumentSymbol[] {
  const programs = source.programs.map(({ section, function: fn }): DocumentSymbol => ({
    kind: 'program',
    name: fn.name,
    detail: section.value,
    span: {
      start: Math.min(section.span.start, fn.span.start),
      end: Math.max(section.span.end, fn.span.end),
    },
    nameSpan: fn.nameSpan,
  }));
  const maps = source.maps.map(({ name, type, span, nameSpan }): DocumentSymbol => ({
    kind: 'map',
    name,
    detail: type?.replace('BPF_MAP_TYPE_', '').toLowerCase() ?? 'map',
    span: { start: Math.min(span.start, nameSpan.start), end: Math.max(span.end, nameSpan.end) },
    nameSpan,
  }));
  return [...programs, ...maps].sort((a, b) => a.span.start - b.span.start);
}
