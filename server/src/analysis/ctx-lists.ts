/**
 * The uses and names of ctx of a whole file, in the order of its chunks. They are many, and most edits are followed by
 * the next one before anybody asks for them: so they are put where they stand when they are asked for.
 */
import type { CtxFacts } from './ctx-uses/facts';
import type { CtxName, CtxUse, Program } from './model';
import type { Placements } from './placement';
import { shiftName, shiftUse, type Unowned } from './shift';
import { stayed, type Window } from './window';

/** What a chunk says, in its own offsets. */
export interface UsesMemo {
  readonly facts: CtxFacts;
  /** The certainty of a use depends on what the rest of the file says of these names. */
  readonly asks: readonly string[];
  /** What the rest of the file says about the certainty of each use. */
  readonly verdicts: string;
  readonly uses: readonly Unowned<CtxUse>[];
  readonly names: readonly Unowned<CtxName>[];
}

export interface Uses {
  readonly uses: readonly CtxUse[];
  readonly names: readonly CtxName[];
}

/** Whose ctx it is. */
interface Owner {
  readonly programs: readonly Program[];
}

/** The same for where the chunk stands. */
export class PlacedUses implements Uses {
  readonly of: UsesMemo;
  readonly owner: Owner;
  /** Of its chunk. */
  readonly start: number;
  #uses: readonly CtxUse[] | undefined;
  #names: readonly CtxName[] | undefined;

  constructor(of: UsesMemo, start: number, owner: Owner) {
    this.of = of;
    this.owner = owner;
    this.start = start;
  }

  get uses(): readonly CtxUse[] {
    return (this.#uses ??= this.#moved(this.of.uses, shiftUse));
  }

  get names(): readonly CtxName[] {
    return (this.#names ??= this.#moved(this.of.names, shiftName));
  }

  #moved<O, M>(
    items: readonly O[],
    shift: (item: O, by: number, programs: readonly [Program, ...Program[]]) => M,
  ): readonly M[] {
    const [first, ...more] = this.owner.programs;
    return first ? items.map((item) => shift(item, this.start, [first, ...more])) : [];
  }
}

/** Those of all programs, each put where it stands when it is asked for. */
export class FoundUses {
  readonly own: readonly (UsesMemo | undefined)[];
  readonly #placements: Placements;
  readonly #made: (PlacedUses | undefined)[];

  /** @param before of the text before the edit, with what it has made of the chunks that stay where they are */
  constructor(
    own: readonly (UsesMemo | undefined)[],
    placements: Placements,
    before?: { readonly found: FoundUses; readonly edited: Window },
  ) {
    this.own = own;
    this.#placements = placements;
    this.#made = before ? stayed(before.found.#made, before.edited) : [];
  }

  get length(): number {
    return this.own.length;
  }

  at(n: number): PlacedUses | undefined {
    const own = this.own[n];
    const owner = own && this.#placements.at(n);
    const made = this.#made[n];
    if (made?.of === own && made?.owner === owner) return made;
    return owner && (this.#made[n] = new PlacedUses(own, owner.start, owner));
  }
}

export class CtxLists implements Uses {
  readonly #found: FoundUses;
  readonly #helpers: readonly Uses[];
  #uses: readonly CtxUse[] | undefined;
  #names: readonly CtxName[] | undefined;

  constructor(found: FoundUses, helpers: readonly Uses[]) {
    this.#found = found;
    this.#helpers = helpers;
  }

  get uses(): readonly CtxUse[] {
    return (this.#uses ??= this.#all(
      (part) => part.uses,
      ({ span }) => span.start,
    ));
  }

  get names(): readonly CtxName[] {
    return (this.#names ??= this.#all(
      (part) => part.names,
      ({ scope }) => scope.start,
    ));
  }

  #all<T>(listOf: (part: Uses) => readonly T[], startOf: (item: T) => number): readonly T[] {
    const all: T[] = [];
    for (let n = 0; n < this.#found.length; n++) {
      const part = this.#found.at(n);
      if (part) for (const item of listOf(part)) all.push(item);
    }
    if (this.#helpers.length === 0) return all;
    for (const part of this.#helpers) for (const item of listOf(part)) all.push(item);
    return all.sort((a, b) => startOf(a) - startOf(b));
  }
}
