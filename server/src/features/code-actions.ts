/** The findings whose fixes are offered for a selection: those that touch it. */
import type { Span } from '../analysis/model';
import type { Finding } from '../checks/check';
import { runChecks } from '../checks/index';
import type { DocumentView } from '../view';

export function fixableFindings(view: DocumentView, selection: Span): readonly Finding[] {
  return runChecks(view).filter(
    ({ span, fixes }) => fixes.length > 0 && span.start <= selection.end && selection.start <= span.end,
  );
}
