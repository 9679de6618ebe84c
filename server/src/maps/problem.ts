/** One thing that is wrong with a map's definition. */
import type { MapType } from '#core/bpf/map-types';
import type { Span } from '../analysis/model';
import type { Fix, Severity } from '../checks/check';
import type { DocumentView } from '../view';
import type { MapBody } from './definition';

export interface MapProblem {
  readonly span: Span;
  readonly message: string;
  readonly severity: Severity;
  readonly dependsOnKernel: boolean;
  readonly fixes: readonly Fix[];
}

/** A body and what its rules ask about it. */
export interface Judged {
  readonly view: DocumentView;
  readonly body: MapBody;
  readonly type: MapType;
  /** The type's name in the text, or what stands for all of the definition. */
  readonly span: Span;
}

export function problem(
  span: Span,
  message: string,
  fixes: readonly (Fix | undefined)[] = [],
  rest: Partial<MapProblem> = {},
): MapProblem {
  const own = fixes.flatMap((fix) => fix ?? []);
  return { span, message, severity: 'error', dependsOnKernel: false, fixes: own, ...rest };
}

export const fix = (title: string, edits: Fix['edits'], preferred = true): Fix => ({
  title,
  edits,
  preferred,
});
