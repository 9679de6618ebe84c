/** `args[1]` followed by ` filename`: the field behind a number, where the source does not say it. */
import type { Span } from '../analysis/model';
import { fieldOfUse } from '../ctx/field';
import { eventName, tracepointUses } from '../ctx/tracepoint-uses';
import type { DocumentView } from '../view';

export interface InlayHint {
  /** Right behind the expression. */
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

export function inlayHints(view: DocumentView, range: Span): readonly InlayHint[] {
  return tracepointUses(view).flatMap(({ use, format }): InlayHint[] => {
    const last = use.path.at(-1);
    if (last === undefined || last.kind === 'member') return [];
    const offset = use.span.end;
    if (offset < range.start || offset > range.end) return [];
    const used = fieldOfUse(view, use, format);
    // An element of an array (`comm[0]`) belongs to a field that the source names.
    if (
      used === undefined ||
      use.path.some((step) => step.kind === 'member' && step.name === used.field.memberName)
    )
      return [];
    return [{ offset, label: used.field.name, tooltip: `${used.field.declaration} of ${eventName(format)}` }];
  });
}
