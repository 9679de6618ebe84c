/**
 * What is remembered of functions from one analysis of a file to the next. It is forgotten when the function's own
 * declaration changes, or anything that stands outside of the bodies of functions: then everything may mean something else.
 */
import type { Chunk } from './chunk';
import type { FunctionDef, FunctionMemory, FunctionNotes } from './model';
import type { Placements } from './placement';
import type { Window } from './window';

/** What of each chunk others can see, in order. */
export type Surroundings = readonly (Chunk | string)[];

/** Those of these chunks; `previous` where they are the same. */
export function surroundingsOf(chunks: readonly Chunk[], previous: Surroundings | undefined): Surroundings {
  let same = previous?.length === chunks.length;
  const found = chunks.map((chunk, n) => {
    const seen = seenOf(chunk);
    same &&= seen === previous?.[n];
    return seen;
  });
  return same && previous ? previous : found;
}

/** Those after an edit that made these chunks anew. */
export function surroundingsAfter(
  previous: Surroundings,
  { from, oldTo }: Window,
  come: readonly Chunk[],
): Surroundings {
  const seen = come.map(seenOf);
  if (seen.length === oldTo - from && seen.every((one, n) => one === previous[from + n])) return previous;
  return [...previous.slice(0, from), ...seen, ...previous.slice(oldTo)];
}

const seenOf = (chunk: Chunk): Chunk | string => chunk.content.frame ?? chunk;

export class ChunkMemory implements FunctionMemory {
  readonly #surroundings: Surroundings;
  readonly #chunks: readonly Chunk[];
  readonly #placed: Placements;
  #byFunction: ReadonlyMap<FunctionDef, Chunk> | undefined;

  constructor(surroundings: Surroundings, chunks: readonly Chunk[], placed: Placements) {
    this.#surroundings = surroundings;
    this.#chunks = chunks;
    this.#placed = placed;
  }

  notesOf(fn: FunctionDef): FunctionNotes | undefined {
    const memo = (this.#byFunction ??= this.#functions()).get(fn)?.memo;
    if (!memo) return undefined;
    if (memo.notes?.surroundings !== this.#surroundings)
      memo.notes = { surroundings: this.#surroundings, of: new Map<object, Set<string>>() };
    return memo.notes.of;
  }

  #functions(): ReadonlyMap<FunctionDef, Chunk> {
    const found = new Map<FunctionDef, Chunk>();
    for (const [at, chunk] of this.#chunks.entries())
      for (const fn of this.#placed.at(at)?.functions ?? []) found.set(fn, chunk);
    return found;
  }
}
