/** What all chunks of a file say, in their order: each list is put together when it is asked for. */
import type {
  ExternDef,
  FunctionDef,
  Include,
  KernelFunctionDef,
  MapDef,
  Program,
  SectionSite,
  Span,
  StructDef,
} from './model';
import type { Placed, PlacedAt, Placements } from './placement';
import { firstFrom, type Window } from './window';

/** Where the window begins, and where it ended in the text before. */
export interface Bounds extends Window {
  readonly begin: number;
  readonly oldEnd: number;
}

export class PlacedLists implements Placed {
  readonly #placed: Placements;
  readonly #bounds: Bounds;
  /** The lists before the edit, as far as they were put together. */
  readonly #before: Partial<Placed>;
  readonly #made: { -readonly [K in keyof Placed]?: Placed[K] } = {};

  constructor(placed: Placements, bounds: Bounds, before: PlacedLists | undefined) {
    this.#placed = placed;
    this.#bounds = bounds;
    // Not the object: it would keep the one before it.
    this.#before = before ? { ...before.#made } : {};
  }

  get sections(): readonly SectionSite[] {
    return (this.#made.sections ??= this.#list(this.#before.sections, (at) => at.sections, spanStart));
  }

  get programs(): readonly Program[] {
    const startOf = ({ section }: Program): number => section.span.start;
    return (this.#made.programs ??= this.#list(this.#before.programs, (at) => at.programs, startOf));
  }

  get functions(): readonly FunctionDef[] {
    return (this.#made.functions ??= this.#list(this.#before.functions, (at) => at.functions, spanStart));
  }

  get maps(): readonly MapDef[] {
    return (this.#made.maps ??= this.#list(this.#before.maps, (at) => at.maps, spanStart));
  }

  get structs(): readonly StructDef[] {
    return (this.#made.structs ??= this.#list(this.#before.structs, (at) => at.structs, spanStart));
  }

  get kernelFunctions(): readonly KernelFunctionDef[] {
    const { kernelFunctions } = this.#before;
    return (this.#made.kernelFunctions ??= this.#list(
      kernelFunctions,
      (at) => at.kernelFunctions,
      spanStart,
    ));
  }

  get externs(): readonly ExternDef[] {
    return (this.#made.externs ??= this.#list(this.#before.externs, (at) => at.externs, spanStart));
  }

  get includes(): readonly Include[] {
    return (this.#made.includes ??= this.#list(this.#before.includes, (at) => at.includes, spanStart));
  }

  #list<T>(
    before: readonly T[] | undefined,
    listOf: (placed: PlacedAt) => readonly T[],
    startOf: (item: T) => number,
  ): readonly T[] {
    const { from, to, shift, begin, oldEnd } = this.#bounds;
    const items = before?.slice(0, firstFrom(before, begin, startOf)) ?? [];
    const isMoved = before === undefined || shift !== 0;
    const end = isMoved ? this.#placed.length : to;
    for (let at = before === undefined ? 0 : from; at < end; at++) {
      const placed = this.#placed.at(at);
      if (placed) for (const item of listOf(placed)) items.push(item);
    }
    return isMoved ? items : items.concat(before.slice(firstFrom(before, oldEnd, startOf)));
  }
}

const spanStart = ({ span }: { readonly span: Span }): number => span.start;
