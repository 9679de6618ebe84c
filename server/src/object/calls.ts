/** Calls that the compiled programs make, each with whether the verifier comes to it. */
import type { LinkedProgram } from '#core/object/link';
import { reachedInstructions } from '#core/object/reach/reach';
import type { Reached } from '#core/object/reach/reach';
import type { ObjectVerdict } from '#core/object/verdict';
import type { Span } from '../analysis/model';
import type { DocumentView } from '../view';
import { placeOf } from './places';
import { linesOf } from './verdict';

export interface ObjectCall<Callee> {
  readonly callee: Callee;
  readonly program: LinkedProgram;
  readonly at: number;
  readonly reached: Reached;
}

/** Of a linked program all that is asked is kept as long as it lives. */
const known = new WeakMap<LinkedProgram, Map<number, Reached>>();

function reachIn(program: LinkedProgram, places: readonly number[]): ReadonlyMap<number, Reached> {
  const found = known.get(program) ?? new Map<number, Reached>();
  known.set(program, found);
  const wanted = places.filter((at) => !found.has(at));
  if (wanted.length > 0) {
    for (const [at, reached] of reachedInstructions(program, new Set(wanted))) found.set(at, reached);
  }
  return found;
}

/**
 * The calls of the programs that the loader loads whatever it wants: not those of `SEC("?…")`.
 * @param callsOf a program's calls that are asked about, by what they call
 */
export function objectCalls<Callee>(
  { programs }: ObjectVerdict,
  callsOf: (program: LinkedProgram) => readonly (readonly [Callee, readonly number[]])[],
): readonly ObjectCall<Callee>[] {
  return programs.flatMap(({ program }) => {
    if (program.section.startsWith('?')) return [];
    const calls = callsOf(program);
    const reached = reachIn(
      program,
      calls.flatMap(([, places]) => places),
    );
    return calls.flatMap(([callee, places]) =>
      places.map((at) => ({ callee, program, at, reached: reached.get(at) ?? 'unsure' })),
    );
  });
}

/** Where the text has it. */
export function placeOfCall(
  view: DocumentView,
  { program, at }: Pick<ObjectCall<unknown>, 'program' | 'at'>,
  names: readonly string[],
): Span | undefined {
  const lines = view.object && linesOf(view.object).get(program.name);
  return lines && placeOf(view, program, lines, at, names);
}

/** The number of a line, from 0. */
export function lineAt({ text }: Pick<DocumentView, 'text'>, { start }: Span): number {
  return text.slice(0, start).split('\n').length - 1;
}
