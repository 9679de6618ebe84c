/** What is offered for a selection: the fixes of the findings that touch it, and handlers that are not there yet. */
import type { EventName } from '#core/kernel/model';
import type { Span } from '../analysis/model';
import type { Finding } from '../checks/check';
import { runChecks } from '../checks/index';
import { hasEvent } from '../session/kernel-view';
import type { DocumentView } from '../view';

export function fixableFindings(view: DocumentView, selection: Span): readonly Finding[] {
  return runChecks(view).filter(({ span, fixes }) => fixes.length > 0 && touches(span, selection));
}

/** The events of the target kernel whose SEC is in the selection, with no function under it. */
export function unhandledEvents({ source, kernel }: DocumentView, selection: Span): readonly EventName[] {
  return source.sections.flatMap(({ on, span, tracepoint }) => {
    if (on !== 'none' || tracepoint === undefined || !touches(span, selection)) return [];
    const { category, name } = tracepoint;
    return hasEvent(kernel.index, category, name) ? [{ category, name }] : [];
  });
}

const touches = (span: Span, selection: Span): boolean =>
  span.start <= selection.end && selection.start <= span.end;
