/** What `map-definition` says of many maps, and what its fixes make of them. */
import { checkSource } from '#server/check-source';
import type { Finding } from '#server/checks/check';
import type { KernelView } from '#server/view';
import { testAnalyzer } from '#support/analyzer';
import type { MapText, MapVerdict } from './map-probe';

/** In the order of the maps, spans as offsets in their own texts. */
export async function findingsOfMaps(
  maps: readonly MapText[],
  kernel: KernelView,
  shared: string,
): Promise<readonly (readonly Finding[])[]> {
  const text = shared + maps.map((map) => map.text).join('');
  const findings = await checkSource(text, { analyzer: await testAnalyzer(), kernel });
  let position = shared.length;
  let next = 0;
  return maps.map(({ text: own }) => {
    const [start, end] = [position, position + own.length];
    position = end;
    const from = next;
    while (findings[next] && (findings[next]?.span.start ?? end) < end) next++;
    return findings.slice(from, next).map((finding) => moved(finding, -start));
  });
}

function moved(finding: Finding, by: number): Finding {
  const span = { start: finding.span.start + by, end: finding.span.end + by };
  const fixes = finding.fixes.map((one) => ({
    ...one,
    edits: one.edits.map((edit) => ({
      ...edit,
      span: { start: edit.span.start + by, end: edit.span.end + by },
    })),
  }));
  return { ...finding, span, fixes };
}

/** What a loader can still set is an information, and refused where it does not. */
export const isRefusal = (findings: readonly Finding[] = []): boolean =>
  findings.some(({ severity, message }) => severity === 'error' || message.includes('unless the loader'));

export const shown = ({ text }: MapText, verdict: MapVerdict | undefined): string =>
  `${text.replace(/\s+/g, ' ')}: ${verdict?.errno ?? 'not asked'} ${verdict?.said ?? ''}`;

/** Each with its fixes applied one after the other; without those for which some finding has none. */
export async function fixedMaps<Map extends MapText>(
  maps: readonly Map[],
  kernel: KernelView,
  shared: string,
): Promise<readonly Map[]> {
  let open = maps;
  const done: Map[] = [];
  for (let round = 0; round < 6 && open.length > 0; round++) {
    const findings = await findingsOfMaps(open, kernel, shared);
    done.push(...open.filter((_, n) => !isRefusal(findings[n])));
    open = open.flatMap((map, n) => {
      const [first] = (findings[n] ?? []).filter((one) => isRefusal([one]));
      const edits = first?.fixes[0]?.edits;
      return edits ? [{ ...map, text: applied(map.text, edits) }] : [];
    });
  }
  return done;
}

function applied(text: string, edits: Finding['fixes'][number]['edits']): string {
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((out, { span, newText }) => out.slice(0, span.start) + newText + out.slice(span.end), text);
}
