/**
 * Fuzzy search over many short names: `category/event`, section names, kernel functions.
 *
 * Best first: the whole name, its last part (`sched_switch` of `sched/sched_switch`), whole words, the start of
 * a word, any substring, the query's words in this order, its letters in this order. Within a class: the less is
 * left of the word, a match at the start of the name or of its last part, the less text follows, the fewer words
 * the name has, the order given. `/ : . _ -` and blanks are one and the same separator; case is ignored.
 */
import { matchers, NO_MATCH, wordStartCost, type CostOf } from './fuzzy-cost';
import { normalize, prepareNames, SEPARATOR, visitCandidates, type Traits } from './fuzzy-names';

export interface Matcher {
  /** At most `limit` matches, best first. An empty query matches everything, in the order given. */
  search(query: string, limit: number): readonly Match[];
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

  /** Adds what the earlier passes over the names have not found. */
  function pass(best: Best, wanted: Traits, cost: CostOf): void {
    const found = best.indexes();
    visitCandidates(names, wanted, (index) => {
      if (!found.has(index)) best.add(index, cost(names, index));
    });
  }

  /** One letter is in nearly every name: take those that begin with it. */
  function passHeads(best: Best, letter: string): void {
    const code = letter.charCodeAt(0);
    for (let index = 0; index < count; index++) {
      if (heads[index] === code || partHeads[index] === code)
        best.add(index, wordStartCost(names, index, letter));
    }
  }

  return {
    search(query, limit) {
      const text = normalize(query.trim());
      const words = text.split(SEPARATOR).filter((word) => word !== '');
      if (words.length === 0)
        return items.slice(0, Math.max(0, limit)).map((_, index) => ({ index, score: 0 }));
      const best = new Best(limit);
      if (text.length === 1) passHeads(best, text);
      for (const { wanted, cost } of matchers(text, words)) {
        if (best.full) break;
        pass(best, wanted, cost);
      }
      return best.matches();
    },
  };
}

/** The `limit` cheapest of what is added; equal costs stay in the order they came in. */
class Best {
  private readonly limit: number;
  private readonly entries: { readonly index: number; readonly cost: number }[] = [];
  private worst = NO_MATCH;

  constructor(limit: number) {
    this.limit = limit;
  }

  get full(): boolean {
    return this.entries.length >= this.limit;
  }

  add(index: number, cost: number): void {
    if (cost >= this.worst) return;
    const { entries, limit } = this;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((entries[middle]?.cost ?? 0) <= cost) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, { index, cost });
    if (entries.length > limit) entries.pop();
    if (entries.length >= limit) this.worst = entries.at(-1)?.cost ?? NO_MATCH;
  }

  indexes(): ReadonlySet<number> {
    return new Set(this.entries.map(({ index }) => index));
  }

  matches(): readonly Match[] {
    return this.entries.map(({ index, cost }) => ({ index, score: -cost }));
  }
}
