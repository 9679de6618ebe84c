/** A C fixture with a refusal marked in it, and what the fixes make of it. */
import type { Verdict } from '#core/messages/verdict-fixes';
import type { Analyzer } from '#server/analysis/analyzer';
import { verdictFixes } from '#server/fixes/index';
import { featureView } from './feature-view';
import { applyEdits } from './edits';
import { parseMarkers, type Expectation } from './markers';
import type { HeaderTypes, KernelView } from '#server/view';

export interface FixContext {
  readonly analyzer: Analyzer;
  readonly kernel: KernelView;
  readonly headers?: HeaderTypes;
  /** What the document has become since it was judged. */
  readonly now?: (text: string) => string;
}

export interface Fixed {
  readonly title: string;
  readonly preferred: boolean;
  /** Without the markers. */
  readonly text: string;
}

/**
 * The fixes of the one `error[rule]` of a fixture, whose `cause[rule]` is where the value came from. What the explanation
 * names is given beside it.
 */
export function fixesIn(
  source: string,
  names: Partial<Pick<Verdict, 'value' | 'index' | 'kernelText'>>,
  context: FixContext,
): readonly Fixed[] {
  const { text, expectations } = parseMarkers(source);
  const error = expectations.find(({ severity }) => severity === 'error');
  if (!error) throw new Error('the fixture marks no error');
  const now = context.now?.(text) ?? text;
  const { view } = featureView(now, context);
  const cause = expectations.filter(({ severity }) => severity === 'cause');
  const verdict = {
    rule: error.code,
    kernelText: '',
    ...names,
    labels: [error, ...cause].map((one) => labelOf(text, one)),
  };
  return verdictFixes(view, verdict).map(({ title, preferred, edits }) => ({
    title,
    preferred,
    text: applyEdits(now, edits).replace(/^\s*\/\/\s*\^.*\n/gm, ''),
  }));
}

function labelOf(text: string, { span }: Expectation): Verdict['labels'][number] {
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const end = text.indexOf('\n', span.start);
  return {
    line: text.slice(0, span.start).split('\n').length,
    column: span.start - start + 1,
    text: text.slice(start, end < 0 ? text.length : end),
  };
}
