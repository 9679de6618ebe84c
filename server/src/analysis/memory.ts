/**
 * What is remembered of functions from one analysis of a file to the next. It is forgotten when the function's own
 * declaration changes, or anything that stands outside of the bodies of functions: then everything may mean something else.
 */
import type { Chunk } from './chunk';
import type { FunctionDef, FunctionMemory, FunctionNotes } from './model';

/** What of each chunk others can see, in order. */
export type Surroundings = readonly (Chunk | string)[];

/** Those of these chunks; `previous` where they are the same. */
export function surroundingsOf(chunks: readonly Chunk[], previous: Surroundings | undefined): Surroundings {
  let same = previous?.length === chunks.length;
  const found = chunks.map((chunk, n) => {
    const seen = chunk.content.frame ?? chunk;
    same &&= seen === previous?.[n];
    return seen;
  });
  return same && previous ? previous : found;
}

export class ChunkMemory implements FunctionMemory {
  readonly #surroundings: Surroundings;
  readonly #chunks: ReadonlyMap<FunctionDef, Chunk>;

  constructor(surroundings: Surroundings, chunks: ReadonlyMap<FunctionDef, Chunk>) {
    this.#surroundings = surroundings;
    this.#chunks = chunks;
  }

  notesOf(fn: FunctionDef): FunctionNotes | undefined {
    const memo = this.#chunks.get(fn)?.memo;
    if (!memo) return undefined;
    if (memo.notes?.surroundings !== this.#surroundings)
      memo.notes = { surroundings: this.#surroundings, of: new Map<object, Set<string>>() };
    return memo.notes.of;
  }
}
