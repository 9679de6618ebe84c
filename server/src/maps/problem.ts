/** One thing that is wrong with a map's definition. */
import type { MapType } from '#core/bpf/map-types';
import type { Span } from '../analysis/model';
import type { Fix, Severity } from '../checks/check';
import { inWords } from '../describe/words';
import type { DocumentView } from '../view';
import type { MapBody } from './definition';

export interface MapProblem {
  readonly span: Span;
  readonly message: string;
  readonly severity: Severity;
  readonly dependsOnKernel: boolean;
  readonly fixes: readonly Fix[];
  /** The kernel has no maps of the map's own type. */
  readonly isAboutType?: true;
  /** What the definition does not say, and what a loader sets for it: `value_size` for a value. */
  readonly lacks?: { readonly what: string; readonly set: string };
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

/** What the loader can set, in one sentence: several tools leave it all to the loader. */
export function lacking(
  span: Span,
  type: string,
  lacks: readonly NonNullable<MapProblem['lacks']>[],
  fixes: readonly Fix[],
): MapProblem {
  const what = inWords(lacks.map((one) => one.what));
  const set = inWords(lacks.map((one) => one.set));
  const message = `A map of the type ${type} needs ${what}: the kernel refuses it, unless the loader sets ${set}.`;
  const [only] = lacks;
  const rest = { severity: 'information', ...(only && lacks.length === 1 && { lacks: only }) } as const;
  return problem(
    span,
    message,
    lacks.length > 1 ? fixes.map((one) => ({ ...one, preferred: false })) : fixes,
    rest,
  );
}

export const fix = (title: string, edits: Fix['edits'], preferred = true): Fix => ({
  title,
  edits,
  preferred,
});
