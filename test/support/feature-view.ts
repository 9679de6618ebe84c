/** A C fixture as features see it: analysed, on a bundled kernel, with its cursors. */
import type { Analyzer } from '#server/analysis/analyzer';
import { noHeaders } from '#server/headers/store';
import type { DocumentView, HeaderTypes, KernelView } from '#server/view';
import { parseMarkers, type MarkedRange } from './markers';

export interface FeatureView {
  readonly view: DocumentView;
  readonly cursors: readonly number[];
  readonly ranges: readonly MarkedRange[];
}

export function featureView(
  source: string,
  context: { readonly analyzer: Analyzer; readonly kernel: KernelView; readonly headers?: HeaderTypes },
): FeatureView {
  const { text, cursors, ranges } = parseMarkers(source);
  const file = context.analyzer.open(text);
  const { analysis } = file;
  file.dispose();
  const headers = context.headers ?? noHeaders;
  const view = { uri: 'file:///x.bpf.c', text, source: analysis, headers, kernel: context.kernel };
  return { view, cursors, ranges };
}

/** The text around a cursor replaced as an item says, additional edits included; `|` where the client leaves the cursor. */
export function applyItem(
  text: string,
  item: {
    readonly replace: MarkedRange;
    readonly newText: string;
    readonly additionalEdits?: readonly { readonly span: MarkedRange; readonly newText: string }[];
  },
): string {
  const edits = [{ span: item.replace, newText: `${item.newText}|` }, ...(item.additionalEdits ?? [])].sort(
    (a, b) => b.span.start - a.span.start,
  );
  return edits.reduce(
    (done, { span, newText }) => done.slice(0, span.start) + newText + done.slice(span.end),
    text,
  );
}
