/** Puts the chunks of a file together: the `SourceAnalysis`. What has neither changed nor moved is taken over as it is. */
import type { Chunk } from './chunk';
import { BodyFacts } from './ctx-uses/body-facts';
import type { Usage } from './ctx-uses/facts';
import { followHelpers, type FunctionTable, type ProgramChunk } from './ctx-uses/helpers';
import { resolveName, resolveUse, type Place } from './ctx-uses/resolve';
import { readEnvironment, type Environment } from './environment';
import type { CtxName, CtxUse, Program, SourceAnalysis } from './model';
import type { CParser } from './parser';
import { placeChunk, type Placed } from './placement';
import type { WordCounts } from './word-counts';

/** What was made of a chunk, and from what. */
interface Known {
  readonly start: number;
  readonly environment: Environment;
  readonly preserve: boolean;
  readonly placed: Placed;
  /** Of its programs; `verdicts` is what the rest of the file said about them. */
  uses?: { readonly verdicts: string; readonly uses: readonly CtxUse[]; readonly names: readonly CtxName[] };
}

export class Linker {
  readonly #bodies: BodyFacts;
  readonly #known = new WeakMap<Chunk, Known>();
  #environment: Environment | undefined;

  constructor(parser: CParser) {
    this.#bodies = new BodyFacts(parser);
  }

  link(text: string, chunks: readonly Chunk[], words: WordCounts): SourceAnalysis {
    const environment = readEnvironment(chunks, this.#environment);
    this.#environment = environment;
    const known = this.#place(chunks, environment);
    const table = functionTable(chunks, words);
    const uses: CtxUse[] = [];
    const names: CtxName[] = [];
    const starts: ProgramChunk[] = [];
    for (const [i, chunk] of chunks.entries()) {
      const own = known[i];
      const [first, ...more] = own?.placed.programs ?? [];
      // A function with two different sections belongs to no single one.
      if (!own || !first || more.some((program) => program.section.value !== first.section.value)) continue;
      if (!isTracked(first)) continue;
      const start: ProgramChunk = { chunk, programs: [first, ...more] };
      starts.push(start);
      own.uses = this.#programUses(start, environment, table, own.uses);
      uses.push(...own.uses.uses);
      names.push(...own.uses.names);
    }
    this.#addHelpers(starts, table, environment, uses, names);
    const all = known.map((own) => own.placed);
    return {
      text,
      sections: all.flatMap((placed) => placed.sections),
      programs: all.flatMap((placed) => placed.programs),
      functions: all.flatMap((placed) => placed.functions),
      maps: all.flatMap((placed) => placed.maps),
      structs: all.flatMap((placed) => placed.structs),
      includes: all.flatMap((placed) => placed.includes),
      ctxUses: uses,
      ctxNames: names,
      constants: environment.macros.constants,
    };
  }

  #place(chunks: readonly Chunk[], environment: Environment): Known[] {
    const pushed: boolean[] = [];
    return chunks.map((chunk) => {
      const preserve = pushed.includes(true);
      for (const directive of chunk.content.directives) {
        if (directive.kind !== 'pragma') continue;
        if (directive.action === 'pop') pushed.pop();
        else pushed.push(directive.action === 'push-preserve');
      }
      const known = this.#known.get(chunk);
      if (known?.start === chunk.start && known.environment === environment && known.preserve === preserve)
        return known;
      const placed = placeChunk(chunk, environment, preserve);
      const made: Known = { start: chunk.start, environment, preserve, placed };
      this.#known.set(chunk, made);
      return made;
    });
  }

  #programUses(
    { chunk, programs }: ProgramChunk,
    environment: Environment,
    table: FunctionTable,
    before: Known['uses'],
  ): NonNullable<Known['uses']> {
    const facts = this.#bodies.of(chunk, 0, 'ctx');
    const certain = facts.uses.map((use) => use.certain && isUsed(use.usage, true, table, environment));
    const verdicts = certain.map(Number).join('');
    if (before?.verdicts === verdicts) return before;
    const place: Place = { chunk, environment, programs };
    return {
      verdicts,
      uses: facts.uses.flatMap((use, i) => resolveUse(use, place, certain[i] ?? false) ?? []),
      names: facts.names.flatMap((name) => resolveName(name, place) ?? []),
    };
  }

  #addHelpers(
    starts: readonly ProgramChunk[],
    table: FunctionTable,
    environment: Environment,
    uses: CtxUse[],
    names: CtxName[],
  ): void {
    let added = false;
    for (const helper of followHelpers(starts, table, environment, this.#bodies)) {
      const place: Place = { chunk: helper.chunk, environment, programs: helper.programs };
      for (const use of helper.facts.uses) {
        const used = isUsed(use.usage, helper.returnUsed, table, environment);
        const resolved = resolveUse(use, place, helper.certain && use.certain && used);
        if (resolved) uses.push(resolved);
      }
      names.push(...helper.facts.names.flatMap((name) => resolveName(name, place) ?? []));
      added = true;
    }
    if (!added) return;
    uses.sort((a, b) => a.span.start - b.span.start);
    names.sort((a, b) => a.scope.start - b.scope.start);
  }
}

function isTracked({ ctx }: Program): boolean {
  return ctx.kind !== 'none' && ctx.kind !== 'other';
}

/** An argument of a function of this file is used if that function's body names the parameter. */
function isUsed(usage: Usage, returnUsed: boolean, table: FunctionTable, environment: Environment): boolean {
  if (usage.live || (usage.returned && returnUsed)) return true;
  return usage.calls.some(({ callee, argument }) => {
    const chunk = table.definition(callee);
    const head = chunk?.content.head;
    const name = head?.parameters[argument]?.name;
    if (!chunk || !head || !name || environment.macros.names.has(callee)) return false;
    return new RegExp(`\\b${name}\\b`).test(chunk.text.slice(head.bodySpan.start, head.bodySpan.end));
  });
}

function functionTable(chunks: readonly Chunk[], words: WordCounts): FunctionTable {
  const definitions = new Map<string, Chunk | undefined>();
  const prototypes = new Map<string, number>();
  for (const chunk of chunks) {
    const { head, prototype } = chunk.content;
    if (head) definitions.set(head.name, definitions.has(head.name) ? undefined : chunk);
    if (prototype !== undefined) prototypes.set(prototype, (prototypes.get(prototype) ?? 0) + 1);
  }
  return {
    definition: (name) => definitions.get(name),
    prototypes: (name) => prototypes.get(name) ?? 0,
    mentions: (name) => words.count(name),
  };
}
