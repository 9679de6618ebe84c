/**
 * What stands at a place, from the chunks there: the lists of the whole file need not be put together for it, which takes
 * a long file more time than everything else that an answer does.
 */
import type { FoundUses, PlacedUses } from './ctx-lists';
import type { CtxName, CtxUse, FunctionDef, Lookup, MapDef, PlaceLists, Program, SectionSite } from './model';
import type { PlacedAt, Placements } from './placement';
import { firstFrom } from './window';

/** One value for each chunk of the file. */
export interface LookupParts {
  readonly placed: Placements;
  /** What the programs do with their ctx. */
  readonly uses: FoundUses;
}

export class ChunkLookup implements Lookup {
  readonly #parts: LookupParts;
  /** What helpers do with the ctx that they are given, some of them for several programs. */
  readonly #helpers: readonly PlacedUses[];
  #functions: ReadonlySet<string> | undefined;

  constructor(parts: LookupParts, helpers: readonly PlacedUses[]) {
    this.#parts = parts;
    this.#helpers = helpers;
  }

  at(offset: number): PlaceLists {
    return this.within({ start: offset, end: offset });
  }

  within({ start, end }: { readonly start: number; readonly end: number }): PlaceLists {
    const { starts } = this.#parts.placed;
    const to = firstFrom(starts, end + 1, itself);
    // A chunk ends where the next one begins: both touch that place.
    const from = Math.max(0, firstFrom(starts, start, itself) - 1);
    return new ListsOf(this.#parts, this.#helpers, from, Math.max(from, to));
  }

  lastSection(offset: number): SectionSite | undefined {
    const { placed } = this.#parts;
    for (let n = firstFrom(placed.starts, offset + 1, itself) - 1; n >= 0; n--) {
      if ((placed.own[n]?.sections.length ?? 0) === 0) continue;
      const site = placed.at(n)?.sections.findLast(({ span }) => span.end <= offset);
      if (site) return site;
    }
    return undefined;
  }

  definesFunction(name: string): boolean {
    if (this.#functions === undefined) {
      const names = new Set<string>();
      for (const own of this.#parts.placed.own) if (own) for (const fn of own.functions) names.add(fn.name);
      this.#functions = names;
    }
    return this.#functions.has(name);
  }
}

/** Of the chunks from `from` to before `to`. */
class ListsOf implements PlaceLists {
  readonly #parts: LookupParts;
  readonly #helpers: readonly PlacedUses[];
  readonly #from: number;
  readonly #to: number;

  constructor(parts: LookupParts, helpers: readonly PlacedUses[], from: number, to: number) {
    this.#parts = parts;
    this.#helpers = helpers;
    this.#from = from;
    this.#to = to;
  }

  get sections(): readonly SectionSite[] {
    return this.#placed((chunk) => chunk.sections);
  }

  get programs(): readonly Program[] {
    return this.#placed((chunk) => chunk.programs);
  }

  get functions(): readonly FunctionDef[] {
    return this.#placed((chunk) => chunk.functions);
  }

  get maps(): readonly MapDef[] {
    return this.#placed((chunk) => chunk.maps);
  }

  get ctxUses(): readonly CtxUse[] {
    return this.#used(
      (part) => part.uses,
      ({ span }) => span.start,
    );
  }

  get ctxNames(): readonly CtxName[] {
    return this.#used(
      (part) => part.names,
      ({ scope }) => scope.start,
    );
  }

  #placed<T>(listOf: (chunk: PlacedAt) => readonly T[]): readonly T[] {
    const all: T[] = [];
    for (let n = this.#from; n < this.#to; n++) {
      const chunk = this.#parts.placed.at(n);
      if (chunk) for (const item of listOf(chunk)) all.push(item);
    }
    return all;
  }

  /** As in the lists of the whole file: in the order of the text where there are helpers. */
  #used<T>(listOf: (part: PlacedUses) => readonly T[], startOf: (item: T) => number): readonly T[] {
    const { placed, uses } = this.#parts;
    const found: T[] = [];
    for (let n = this.#from; n < this.#to; n++) {
      const part = uses.at(n);
      if (part) for (const item of listOf(part)) found.push(item);
    }
    if (this.#helpers.length === 0) return found;
    const begin = placed.starts[this.#from] ?? Number.POSITIVE_INFINITY;
    const end = placed.starts[this.#to] ?? Number.POSITIVE_INFINITY;
    for (const part of this.#helpers)
      if (begin <= part.start && part.start < end) for (const item of listOf(part)) found.push(item);
    return found.sort((a, b) => startOf(a) - startOf(b));
  }
}

const itself = (start: number): number => start;
