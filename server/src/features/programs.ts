/** The BPF programs and maps of a file, as views of an editor list them. */
import { parseSectionName } from '#core/bpf/section-name';
import type { ResultOf } from '#core/messages/custom-message';
import type { BpfMap, BpfProgram, programsRequest } from '#core/messages/programs';
import type { SourceAnalysis, Span } from '../analysis/model';

/** @param range where a span is in the lines of the text */
export function programsAndMaps(
  source: SourceAnalysis,
  range: (span: Span) => BpfProgram['range'],
): ResultOf<typeof programsRequest> {
  const programs = source.programs.map(({ section, function: fn }): BpfProgram => {
    const programType = parseSectionName(section.value)?.def.programType;
    const { tracepoint } = section;
    return {
      name: fn.name,
      section: section.value,
      ...(programType !== undefined && { programType }),
      ...(tracepoint && { event: { category: tracepoint.category, name: tracepoint.name } }),
      range: range({ start: section.span.start, end: fn.span.end }),
    };
  });
  const maps = source.maps.map(({ name, type, span, nameSpan }): BpfMap => ({
    name,
    ...(type !== undefined && { type }),
    range: range({ start: Math.min(span.start, nameSpan.start), end: Math.max(span.end, nameSpan.end) }),
  }));
  return { programs, maps };
}
