/** Puts the chunks of a file together: the `SourceAnalysis`. What has neither changed nor moved is taken over as it is. */
import type { Chunk } from './chunk';
import { BodyFacts } from './ctx-uses/body-facts';
import type { CtxFacts, RawUse } from './ctx-uses/facts';
import { followHelpers, type ProgramChunk } from './ctx-uses/helpers';
import { resolveName, resolveUse } from './ctx-uses/resolve';
import { readEnvironment, type Environment } from './environment';
import { FileExpressions } from './expressions/expressions';
import { fileTable, type FileTable } from './file-table';
import { tokenize } from './lexer';
import { ChunkMemory, surroundingsOf, type Surroundings } from './memory';
import type { CtxName, CtxUse, FunctionDef, Program, SourceAnalysis } from './model';
import type { CParser } from './parser';
import { readPlaced, shiftPlaced, type Placed } from './placement';
import { shiftName, shiftUse, type Unowned } from './shift';
import type { WordCounts } from './word-counts';

/** What was made of a chunk, and from what. */
export interface LinkMemo {
  readonly environment: Environment;
  readonly preserve: boolean;
  /** In the chunk's own offsets. */
  readonly own: Placed;
  uses?: UsesMemo;
  /** Where the chunk stood last. */
  at: { readonly start: number; readonly placed: Placed; uses?: PlacedUses };
}

interface UsesMemo {
  readonly facts: CtxFacts;
  /** The certainty of a use depends on the rest of the file. */
  readonly asksFile: boolean;
  /** What the rest of the file says about the certainty of each use. */
  readonly verdicts: string;
  readonly uses: readonly Unowned<CtxUse>[];
  readonly names: readonly Unowned<CtxName>[];
}

interface PlacedUses {
  readonly of: UsesMemo;
  readonly uses: readonly CtxUse[];
  readonly names: readonly CtxName[];
}

export class Linker {
  readonly #parser: CParser;
  readonly #bodies: BodyFacts;
  #environment: Environment | undefined;
  #surroundings: Surroundings | undefined;

  constructor(parser: CParser) {
    this.#parser = parser;
    this.#bodies = new BodyFacts(parser);
  }

  link(text: string, chunks: readonly Chunk[], words: WordCounts): SourceAnalysis {
    const environment = readEnvironment(chunks, this.#environment);
    this.#environment = environment;
    const surroundings = surroundingsOf(chunks, this.#surroundings);
    this.#surroundings = surroundings;
    const memos = placeAll(chunks, environment);
    const table = fileTable(chunks, words);
    const starts = this.#starts(chunks, memos, table);
    const found = starts.map((start) => this.#programUses(start, environment, table));
    const helpers = this.#helperUses(starts, environment, table);
    const all = memos.map((memo) => memo.at.placed);
    const parts = [...found, ...helpers];
    const uses = gather(parts, (part) => part.uses);
    const names = gather(parts, (part) => part.names);
    if (helpers.length > 0) {
      uses.sort((a, b) => a.span.start - b.span.start);
      names.sort((a, b) => a.scope.start - b.scope.start);
    }
    return {
      text,
      sections: gather(all, (placed) => placed.sections),
      programs: gather(all, (placed) => placed.programs),
      functions: gather(all, (placed) => placed.functions),
      maps: gather(all, (placed) => placed.maps),
      structs: gather(all, (placed) => placed.structs),
      kernelFunctions: gather(all, (placed) => placed.kernelFunctions),
      includes: gather(all, (placed) => placed.includes),
      ctxUses: uses,
      ctxNames: names,
      constants: environment.macros.constants,
      expressions: new FileExpressions(this.#parser, environment, chunks, table.variables),
      memory: new ChunkMemory(surroundings, functionChunks(chunks, memos)),
    };
  }

  #starts(chunks: readonly Chunk[], memos: readonly LinkMemo[], table: FileTable): ProgramChunk[] {
    const starts: ProgramChunk[] = [];
    for (const [i, chunk] of chunks.entries()) {
      const programs = followed(memos[i]?.at.placed.programs ?? []);
      if (programs)
        starts.push({ chunk, facts: this.#bodies.of(chunk, 0, 'ctx', table.variables), programs });
    }
    return starts;
  }

  #programUses(
    { chunk, facts, programs }: ProgramChunk,
    environment: Environment,
    table: FileTable,
  ): PlacedUses {
    const link = chunk.memo.link;
    const known = link?.uses?.facts === facts ? link.uses : undefined;
    const own = known && !known.asksFile ? known : this.#ownUses(facts, known, environment, table);
    if (link?.at.uses?.of === own) return link.at.uses;
    const placed = { of: own, ...place(own, chunk.start, programs) };
    if (link) {
      link.uses = own;
      link.at.uses = placed;
    }
    return placed;
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

  #helperUses(
    starts: readonly ProgramChunk[],
    environment: Environment,
    table: FileTable,
  ): Omit<PlacedUses, 'of'>[] {
    return followHelpers(starts, table, environment, this.#bodies).map(
      ({ chunk, facts, programs, ...reached }) => {
        const certain = facts.uses.map(
          (use) => reached.certain && isCertain(use, reached.returnUsed, table, environment),
        );
        return place(resolveFacts(facts, certain, environment), chunk.start, programs);
      },
    );
  }
}

/** As `flatMap`, which takes several times as long on thousands of mostly empty lists. */
function gather<P, T>(parts: readonly P[], listOf: (part: P) => readonly T[]): T[] {
  const all: T[] = [];
  for (const part of parts) for (const item of listOf(part)) all.push(item);
  return all;
}

function functionChunks(
  chunks: readonly Chunk[],
  memos: readonly LinkMemo[],
): ReadonlyMap<FunctionDef, Chunk> {
  const found = new Map<FunctionDef, Chunk>();
  for (const [n, chunk] of chunks.entries())
    for (const fn of memos[n]?.at.placed.functions ?? []) found.set(fn, chunk);
  return found;
}

function placeAll(chunks: readonly Chunk[], environment: Environment): LinkMemo[] {
  const pushed: boolean[] = [];
  return chunks.map((chunk) => {
    const preserve = pushed.includes(true);
    for (const directive of chunk.content.directives) {
      if (directive.kind !== 'pragma') continue;
      if (directive.action === 'pop') pushed.pop();
      else pushed.push(directive.action === 'push-preserve');
    }
    const { start, memo } = chunk;
    const known = memo.link;
    if (known?.environment === environment && known.preserve === preserve) {
      if (known.at.start !== start) known.at = { start, placed: shiftPlaced(known.own, start) };
      return known;
    }
    const own = readPlaced(chunk, environment, preserve);
    memo.link = { environment, preserve, own, at: { start, placed: shiftPlaced(own, start) } };
    return memo.link;
  });
}

/** Undefined where there is no ctx to follow: no program, a form that is not understood, two different sections. */
function followed(programs: readonly Program[]): readonly [Program, ...Program[]] | undefined {
  const [first, ...more] = programs;
  if (!first || first.ctx.kind === 'none' || first.ctx.kind === 'other') return undefined;
  return more.some((program) => program.section.value !== first.section.value) ? undefined : [first, ...more];
}

function resolveFacts(facts: CtxFacts, certain: readonly boolean[], environment: Environment): UsesMemo {
  return {
    facts,
    asksFile: facts.uses.some((use) => use.usage.calls.length > 0 || use.inside.length > 0),
    verdicts: certain.map(Number).join(''),
    uses: facts.uses.flatMap((use, i) => resolveUse(use, environment, certain[i] ?? false) ?? []),
    names: facts.names.flatMap((name) => resolveName(name, environment) ?? []),
  };
}

function place(
  own: UsesMemo,
  by: number,
  programs: readonly [Program, ...Program[]],
): Omit<PlacedUses, 'of'> {
  return {
    uses: own.uses.map((use) => shiftUse(use, by, programs)),
    names: own.names.map((name) => shiftName(name, by, programs)),
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
