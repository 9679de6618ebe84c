/** Checks that judge each program by itself, so that messages can be handled between two of many programs. */
import type { Program } from '../analysis/model';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

export function byProgram(
  check: Pick<Check, 'code' | 'sourceOnly'>,
  findings: (view: DocumentView, program: Program) => readonly Finding[],
): Check {
  function* parts(view: DocumentView): Generator<readonly Finding[]> {
    for (const program of view.source.programs) yield findings(view, program);
  }
  return { ...check, parts, run: (view) => [...parts(view)].flat() };
}
