/** The functions of a file by name, how often each name is mentioned in it, and its global variables. */
import type { Chunk } from './chunk';
import type { WordCounts } from './word-counts';

export interface FileTable {
  /** The chunk that defines it; undefined where there is none, or more than one. */
  definition(name: string): Chunk | undefined;
  prototypes(name: string): number;
  mentions(name: string): number;
  /** Global variables that anything may write at any time: nothing knows their values in advance. */
  readonly variables: ReadonlySet<string>;
}

/** Made when it is first asked: most files pass ctx to no function. */
export function fileTable(
  chunks: readonly Chunk[],
  words: WordCounts,
  variables: ReadonlySet<string>,
): FileTable {
  const made: { names?: FunctionNames } = {};
  const names = (): FunctionNames => (made.names ??= functionNames(chunks));
  return {
    definition: (name) => names().definitions.get(name),
    prototypes: (name) => names().prototypes.get(name) ?? 0,
    mentions: (name) => words.count(name),
    variables,
  };
}

export const mutableVariables = (chunks: readonly Chunk[]): ReadonlySet<string> =>
  new Set(chunks.flatMap(({ content }) => content.variable ?? []));

interface FunctionNames {
  /** Undefined for a name that is defined twice. */
  readonly definitions: ReadonlyMap<string, Chunk | undefined>;
  readonly prototypes: ReadonlyMap<string, number>;
}

function functionNames(chunks: readonly Chunk[]): FunctionNames {
  const definitions = new Map<string, Chunk | undefined>();
  const prototypes = new Map<string, number>();
  for (const chunk of chunks) {
    const { head, prototype } = chunk.content;
    if (head) definitions.set(head.name, definitions.has(head.name) ? undefined : chunk);
    if (prototype !== undefined) prototypes.set(prototype, (prototypes.get(prototype) ?? 0) + 1);
  }
  return { definitions, prototypes };
}
