/** Puts the chunks of a file together: the `SourceAnalysis`. What has neither changed nor moved is taken over as it is. */
import type { Chunk } from './chunk';
import { BodyFacts } from './ctx-uses/body-facts';
import { CtxLists, FoundUses, PlacedUses, type UsesMemo } from './ctx-lists';
import type { CtxFacts, RawUse } from './ctx-uses/facts';
import { followHelpers, type ProgramChunk } from './ctx-uses/helpers';
import { resolveName, resolveUse } from './ctx-uses/resolve';
import { readEnvironment, type Environment } from './environment';
import { FileExpressions } from './expressions/expressions';
import { fileTable, mutableVariables, type FileTable } from './file-table';
import { tokenize } from './lexer';
import { ChunkLookup } from './lookup';
import { ChunkMemory, surroundingsAfter, surroundingsOf, type Surroundings } from './memory';
import type { Program, SourceAnalysis } from './model';
import type { CParser } from './parser';
import { PlacedLists } from './placed-lists';
import { Placements, readPlaced, type Placed } from './placement';
import { replaced, wholeWindow, windowOf, type Window } from './window';
import type { WordCounts } from './word-counts';

/** What was made of a chunk, and from what. */
export interface LinkMemo {
  readonly environment: Environment;
  readonly preserve: boolean;
  /** In the chunk's own offsets. */
  readonly own: Placed;
  uses?: UsesMemo;
}

/** What is known of the file as it was, one value for each of its chunks. */
interface Linked {
  readonly length: number;
  readonly chunks: readonly Chunk[];
  readonly placed: Placements;
  /** Where ctx is followed. */
  readonly facts: readonly (CtxFacts | undefined)[];
  readonly found: FoundUses;
  readonly environment: Environment;
  readonly surroundings: Surroundings;
  readonly variables: ReadonlySet<string>;
  /** Names that the certainty of uses depends on. */
  readonly asked: ReadonlySet<string>;
  /** Of all chunks, in their order. */
  readonly lists: PlacedLists;
}

export class Linker {
  readonly #parser: CParser;
  readonly #bodies: BodyFacts;
  #last: Linked | undefined;

  constructor(parser: CParser) {
    this.#parser = parser;
    this.#bodies = new BodyFacts(parser);
  }

  link(text: string, chunks: readonly Chunk[], words: WordCounts): SourceAnalysis {
    const last = this.#last;
    const linked =
      (last && this.#relink(last, chunks, text.length, words)) ?? this.#linkAll(chunks, text.length, words);
    this.#last = linked;
    const { environment, variables, lists, placed, found, surroundings } = linked;
    const passing = passingChunks(linked);
    const helpers = this.#helperUses(passing, environment, fileTable(chunks, words, variables));
    const ctx = new CtxLists(found, helpers);
    return {
      ...{ text, constants: environment.macros.constants },
      get sections() {
        return lists.sections;
      },
      get programs() {
        return lists.programs;
      },
      get functions() {
        return lists.functions;
      },
      get maps() {
        return lists.maps;
      },
      get structs() {
        return lists.structs;
      },
      get kernelFunctions() {
        return lists.kernelFunctions;
      },
      get externs() {
        return lists.externs;
      },
      get includes() {
        return lists.includes;
      },
      get ctxUses() {
        return ctx.uses;
      },
      get ctxNames() {
        return ctx.names;
      },
      expressions: new FileExpressions(
        this.#parser,
        environment,
        { chunks, starts: placed.starts },
        variables,
      ),
      memory: new ChunkMemory(surroundings, chunks, placed),
      lookup: new ChunkLookup({ placed, uses: found }, helpers),
    };
  }

  #linkAll(chunks: readonly Chunk[], length: number, words: WordCounts): Linked {
    const environment = readEnvironment(chunks, this.#last?.environment);
    const surroundings = surroundingsOf(chunks, this.#last?.surroundings);
    const variables = mutableVariables(chunks);
    const preserves = preservedAt(chunks, environment);
    const own = chunks.map((chunk, at) => ownOf(chunk, environment, preserves[at] ?? false));
    const common = { chunks, length, environment, surroundings, variables };
    return this.#linked(common, wholeWindow(chunks), own, undefined, words);
  }

  /** Undefined where the edit may mean something to chunks that stay as they are. */
  #relink(last: Linked, chunks: readonly Chunk[], length: number, words: WordCounts): Linked | undefined {
    const { environment, variables, asked } = last;
    const edited = windowOf(last.chunks, chunks, length - last.length);
    const { from, to, oldTo } = edited;
    const gone = last.chunks.slice(from, oldTo);
    const come = chunks.slice(from, to);
    if (environment.pragmas || ![...gone, ...come].every((chunk) => isLocal(chunk, asked))) return undefined;
    const own = replaced(last.placed.own, edited, (at) => ownOf(chunks[at], environment, false), kept);
    const surroundings = surroundingsAfter(last.surroundings, edited, come);
    const common = { chunks, length, environment, surroundings, variables };
    return this.#linked(common, edited, own, last, words);
  }

  #linked(
    common: Omit<Linked, 'placed' | 'facts' | 'found' | 'asked' | 'lists'>,
    edited: Window,
    own: readonly (Placed | undefined)[],
    last: Linked | undefined,
    words: WordCounts,
  ): Linked {
    const { chunks, environment, variables, length } = common;
    const table = fileTable(chunks, words, variables);
    const starts = replaced(
      last?.placed.starts ?? [],
      edited,
      (at) => chunks[at]?.start ?? 0,
      (start) => start + edited.shift,
    );
    const before = this.#stayed(chunks, length);
    const placed = new Placements(
      own,
      starts,
      before && { placements: before.last.placed, edited: before.edited },
    );
    const facts = replaced(
      last?.facts ?? [],
      edited,
      (at) => {
        const chunk = chunks[at];
        return chunk && isFollowed(own[at]?.programs ?? [])
          ? this.#bodies.of(chunk, 0, 'ctx', variables)
          : undefined;
      },
      kept,
    );
    const asked = new Set(last?.asked);
    const uses = replaced<UsesMemo | undefined>(
      last?.found.own ?? [],
      edited,
      (at) => {
        const made = this.#programUses(chunks[at], facts[at], environment, table);
        for (const name of made?.asks ?? []) asked.add(name);
        return made;
      },
      kept,
    );
    const found = new FoundUses(uses, placed, before && { found: before.last.found, edited: before.edited });
    const begin = starts[edited.from] ?? length;
    const oldEnd = last?.placed.starts[edited.oldTo] ?? last?.length ?? 0;
    const lists = new PlacedLists(placed, { ...edited, begin, oldEnd }, last?.lists);
    return { ...common, placed, facts, found, asked, lists };
  }

  /** What is taken over of the text before, as far as it is still the same, also where everything is made anew. */
  #stayed(
    chunks: readonly Chunk[],
    length: number,
  ): { readonly last: Linked; readonly edited: Window } | undefined {
    const last = this.#last;
    return last && { last, edited: windowOf(last.chunks, chunks, length - last.length) };
  }

  #programUses(
    chunk: Chunk | undefined,
    facts: CtxFacts | undefined,
    environment: Environment,
    table: FileTable,
  ): UsesMemo | undefined {
    if (!chunk || !facts) return undefined;
    const { link } = chunk.memo;
    const known = link?.uses?.facts === facts ? link.uses : undefined;
    const own = known?.asks.length === 0 ? known : this.#ownUses(facts, known, environment, table);
    if (link) link.uses = own;
    return own;
  }

  #ownUses(
    facts: CtxFacts,
    known: UsesMemo | undefined,
    environment: Environment,
    table: FileTable,
  ): UsesMemo {
    const certain = facts.uses.map((use) => isCertain(use, true, table, environment));
    return known?.verdicts === certain.map(Number).join('')
      ? known
      : resolveFacts(facts, certain, environment);
  }

  #helperUses(starts: readonly ProgramChunk[], environment: Environment, table: FileTable): PlacedUses[] {
    return followHelpers(starts, table, environment, this.#bodies).map(
      ({ chunk, facts, programs, ...reached }) => {
        const certain = facts.uses.map(
          (use) => reached.certain && isCertain(use, reached.returnUsed, table, environment),
        );
        return new PlacedUses(resolveFacts(facts, certain, environment), chunk.start, { programs });
      },
    );
  }
}

/** Programs that pass their ctx on. */
function passingChunks({ chunks, facts, placed }: Linked): readonly ProgramChunk[] {
  return facts.flatMap((one, at): ProgramChunk[] => {
    const chunk = chunks[at];
    if (!chunk || !one || one.passes.length === 0) return [];
    return [{ chunk, facts: one, programs: placed.at(at)?.programs ?? [] }];
  });
}

const kept = <T>(value: T): T => value;

/** What the edit adds or takes away is nothing that other chunks look at. */
function isLocal({ content }: Chunk, asked: ReadonlySet<string>): boolean {
  const { directives, typedef, variable, head } = content;
  return (
    directives.length === 0 &&
    !typedef &&
    variable === undefined &&
    !(head !== undefined && asked.has(head.name))
  );
}

/** Of each chunk, whether a `#pragma clang attribute push(preserve_access_index)` is in force. */
function preservedAt(chunks: readonly Chunk[], { pragmas }: Environment): readonly boolean[] {
  const pushed: boolean[] = [];
  if (!pragmas) return [];
  return chunks.map(({ content }) => {
    const preserve = pushed.includes(true);
    for (const directive of content.directives) {
      if (directive.kind !== 'pragma') continue;
      if (directive.action === 'pop') pushed.pop();
      else pushed.push(directive.action === 'push-preserve');
    }
    return preserve;
  });
}

/** In the chunk's own offsets. */
function ownOf(chunk: Chunk | undefined, environment: Environment, preserve: boolean): Placed | undefined {
  const known = chunk?.memo.link;
  if (!chunk || (known?.environment === environment && known.preserve === preserve)) return known?.own;
  const own = readPlaced(chunk, environment, preserve);
  chunk.memo.link = { environment, preserve, own };
  return own;
}

/** Not where there is no program, one of a form that is not understood, or two of different sections. */
function isFollowed([first, ...more]: readonly Program[]): boolean {
  if (!first || first.ctx.kind === 'none' || first.ctx.kind === 'other') return false;
  return more.every((program) => program.section.value === first.section.value);
}

function resolveFacts(facts: CtxFacts, certain: readonly boolean[], environment: Environment): UsesMemo {
  return {
    facts,
    asks: facts.uses.flatMap(({ usage, inside }) => [...usage.calls.map(({ callee }) => callee), ...inside]),
    verdicts: certain.map(Number).join(''),
    uses: facts.uses.flatMap((use, i) => resolveUse(use, environment, certain[i] ?? false) ?? []),
    names: facts.names.flatMap((name) => resolveName(name, environment) ?? []),
  };
}

/** What only the whole file can say: are the calls around it functions, and is the value used? */
function isCertain(use: RawUse, returnUsed: boolean, table: FileTable, environment: Environment): boolean {
  const { certain, usage, inside } = use;
  if (!certain || !inside.every((name) => knownFunction(name, table, environment))) return false;
  if (usage.live || (usage.returned && returnUsed)) return true;
  return usage.calls.some(({ callee, argument }) => usesParameter(callee, argument, table, environment));
}

/** A function that this file defines, and no macro of the same name. */
function knownFunction(name: string, table: FileTable, environment: Environment): Chunk | undefined {
  return environment.macros.names.has(name) ? undefined : table.definition(name);
}

/** The function's body names its parameter. */
function usesParameter(
  callee: string,
  argument: number,
  table: FileTable,
  environment: Environment,
): boolean {
  const chunk = knownFunction(callee, table, environment);
  const head = chunk?.content.head;
  const name = head?.parameters[argument]?.name;
  if (!chunk || !head || !name) return false;
  const { start, end } = head.bodySpan;
  return tokenize(chunk.text, start, end).some((token) => token.text === name);
}
