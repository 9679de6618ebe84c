/**
 * Fuzzy search over many short names: `category/event`, section names, kernel functions.
 *
 * Best first: the whole name, its last part (`sched_switch` of `sched/sched_switch`), whole words, the start of
 * a word, any substring, the query's words in this order, its letters in this order. Within a class: the less is
 * left of the word, a match at the start of the name or of its last part, the less text follows, the fewer words
 * the name has, the order given. `/ : . _ -` and blanks are one and the same separator; case is ignored.
 */
import { matchers, NO_MATCH, wordStartCost, type CostOf } from './fuzzy-cost';
import { normalize, prepareNames, SEPARATOR, visitCandidates, withLetters } from './fuzzy-names';

export interface Matcher {
  /** At most `limit` matches, best first. An empty query matches everything, in the order given. */
  search(query: string, limit: number): readonly Match[];
  /** The same, of the items that `accepts` only, and how many match in all. */
  searchAndCount(query: string, limit: number, accepts: (index: number) => boolean): CountedMatches;
}

export interface CountedMatches {
  readonly matches: readonly Match[];
  readonly total: number;
}

export interface Match {
  /** Into the items that the matcher was made of. */
  readonly index: number;
  /** Higher is better; comparable within one search only. */
  readonly score: number;
}

export function createMatcher(items: readonly string[]): Matcher {
  const names = prepareNames(items);
  const { count, heads, partHeads } = names;
  /** Of the search that runs: so much new memory for each keystroke would take longer than the search. */
  let space: { readonly found: Uint8Array; readonly candidates: Uint32Array } | undefined;

  /** One letter is in nearly every name: those that begin with it come first. */
  function visitHeads(letter: string, visit: (index: number) => void): void {
    const code = letter.charCodeAt(0);
    for (let index = 0; index < count; index++) {
      if (heads[index] === code || partHeads[index] === code) visit(index);
    }
  }

  /** Pass after pass over the names, each for what the earlier ones have not found. */
  function search(query: string, { limit, accepts, countAll }: Search): CountedMatches {
    const text = normalize(query.trim());
    const words = text.split(SEPARATOR).filter((word) => word !== '');
    const best = new Best(limit);
    space ??= { found: new Uint8Array(count), candidates: new Uint32Array(count) };
    const { found } = space;
    found.fill(0);
    let total = 0;
    const pass = (cost: CostOf) => (index: number) => {
      if (found[index] === 1 || !accepts(index)) return;
      const paid = cost(names, index);
      if (paid === NO_MATCH) return;
      found[index] = 1;
      total++;
      best.add(index, paid);
    };
    if (words.length === 0) {
      const all = pass(() => 0);
      for (let index = 0; index < count && (countAll || total < limit); index++) all(index);
      return { matches: best.matches(), total };
    }
    if (text.length === 1)
      visitHeads(
        text,
        pass((_, index) => wordStartCost(names, index, text)),
      );
    let candidates: Uint32Array | undefined;
    for (const [n, { wanted, cost }] of matchers(text, words).entries()) {
      if (best.full && !countAll) break;
      // The first, which is enough for most queries, finds as quickly what it looks for.
      if (n === 1) candidates = withLetters(names, wanted.letters, space.candidates);
      visitCandidates(names, candidates, wanted, pass(cost));
    }
    return { matches: best.matches(), total };
  }

  return {
    search: (query, limit) => search(query, { limit, accepts: () => true, countAll: false }).matches,
    searchAndCount: (query, limit, accepts) => search(query, { limit, accepts, countAll: true }),
  };
}

interface Search {
  readonly limit: number;
  readonly accepts: (index: number) => boolean;
  /** Whether it goes on when as many as `limit` are found. */
  readonly countAll: boolean;
}

/** The `limit` cheapest of what is added; equal costs stay in the order they came in. */
class Best {
  private readonly limit: number;
  private entries: { readonly index: number; readonly cost: number }[] = [];
  private worst = NO_MATCH;

  constructor(limit: number) {
    this.limit = Math.max(0, limit);
  }

  get full(): boolean {
    return this.entries.length >= this.limit;
  }

  add(index: number, cost: number): void {
    if (cost >= this.worst) return;
    this.entries.push({ index, cost });
    // Sorted now and then: a place for each would have to be made among all that are there.
    if (this.entries.length >= 2 * this.limit + 64) this.keepBest();
  }

  matches(): readonly Match[] {
    this.keepBest();
    return this.entries.map(({ index, cost }) => ({ index, score: 0 - cost }));
  }

  private keepBest(): void {
    this.entries.sort((a, b) => a.cost - b.cost);
    if (this.entries.length < this.limit) return;
    this.entries.length = this.limit;
    this.worst = this.entries.at(-1)?.cost ?? 0;
  }
}
