/**
 * Fuzzy search over many short names: `category/event`, section names, kernel functions.
 *
 * Best first: the whole name, its last part (`sched_switch` of `sched/sched_switch`), whole words, the start of
 * a word, any substring, the query's words in this order, its letters in this order. Within a class: the less is
 * left of the word, a match at the start of the name or of its last part, the less text follows, the fewer words
 * the name has, the order given. `/ : . _ -` and blanks are one and the same separator; case is ignored.
 */
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
  const keys = items.map(toKey);
  const traits = keys.map(({ text }) => traitsOf(text));
  const letters = Int32Array.from(traits, (trait) => trait.letters);
  const initials = Int32Array.from(traits, (trait) => trait.initials);
  const pairs = Int32Array.from(traits, (trait) => trait.pairs);
  const morePairs = Int32Array.from(traits, (trait) => trait.morePairs);
  const heads = Uint16Array.from(keys, ({ text }) => text.charCodeAt(0));
  const partHeads = Uint16Array.from(keys, ({ text, part }) => text.charCodeAt(part));

  /** One letter is in nearly every name: take those that begin with it, if they are enough. */
  function collectHeads(best: Best, text: string): void {
    const code = text.charCodeAt(0);
    for (let index = 0; index < keys.length; index++) {
      if (heads[index] !== code && partHeads[index] !== code) continue;
      const key = keys[index];
      if (key) best.add(index, contiguousCost(key, text));
    }
  }

  function collectContiguous(best: Best, text: string): void {
    const wanted = traitsOf(text);
    for (let index = 0; index < keys.length; index++) {
      if (((pairs[index] ?? 0) & wanted.pairs) !== wanted.pairs) continue;
      if (((morePairs[index] ?? 0) & wanted.morePairs) !== wanted.morePairs) continue;
      if (((letters[index] ?? 0) & wanted.letters) !== wanted.letters) continue;
      const key = keys[index];
      if (key) best.add(index, contiguousCost(key, text));
    }
  }

  function collectApart(best: Best, text: string, words: readonly string[]): void {
    const joined = words.join('');
    const wanted = traitsOf(joined);
    for (let index = 0; index < keys.length; index++) {
      if (((initials[index] ?? 0) & wanted.initials) !== wanted.initials) continue;
      if (((letters[index] ?? 0) & wanted.letters) !== wanted.letters) continue;
      const key = keys[index];
      if (key && !key.text.includes(text)) best.add(index, apartCost(key, words, joined));
    }
  }

  return {
    search(query, limit) {
      const text = normalize(query.trim());
      const words = text.split(SEPARATOR).filter((word) => word !== '');
      if (words.length === 0)
        return items.slice(0, Math.max(0, limit)).map((_, index) => ({ index, score: 0 }));
      if (text.length === 1) {
        const best = new Best(limit);
        collectHeads(best, text);
        if (best.full) return best.matches();
      }
      const best = new Best(limit);
      collectContiguous(best, text);
      if (!best.full) collectApart(best, text, words);
      return best.matches();
    },
  };
}

const SEPARATOR = '_';
const NO_MATCH = Number.POSITIVE_INFINITY;

/** One name, ready to be searched. */
interface Key {
  readonly text: string;
  /** Where the last part begins. */
  readonly part: number;
  readonly words: number;
}

function toKey(item: string): Key {
  const text = normalize(item);
  return { text, part: item.lastIndexOf('/') + 1, words: text.split(SEPARATOR).length };
}

/** One character for one, so that offsets stay what they are in the item. */
function normalize(text: string): string {
  const lower = text.toLowerCase();
  return /[\s/:.-]/.test(lower) ? lower.replaceAll(/[\s/:.-]/g, SEPARATOR) : lower;
}

/**
 * Bit sets that tell most names that cannot match from those that can, so that a search over 59,000 names reads
 * the text of a few hundred: what a text contains, it contains with all bits.
 */
interface Traits {
  /** Bit 0 to 25: the letters; five more for the digits, in pairs. Separators have none. */
  readonly letters: number;
  /** The first of `letters` of each word. For a query that is one word: of the whole. */
  readonly initials: number;
  /** Neighbouring characters, in two hashes. */
  readonly pairs: number;
  readonly morePairs: number;
}

function traitsOf(text: string): Traits {
  let letters = 0;
  let initials = 0;
  let pairs = 0;
  let morePairs = 0;
  let previous = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const bit =
      code >= 97 && code <= 122
        ? 1 << (code - 97)
        : code >= 48 && code <= 57
          ? 1 << (26 + ((code - 48) >> 1))
          : 0;
    letters |= bit;
    if (at === 0 || previous === 95) initials |= bit;
    if (at > 0) {
      pairs |= 1 << ((previous * 7 + code * 13) & 31);
      morePairs |= 1 << ((previous * 19 + code * 3 + 5) & 31);
    }
    previous = code;
  }
  return { letters, initials, pairs, morePairs };
}

/** Classes of a match, best first. */
const WHOLE = 0;
const LAST_PART = 1;
const WHOLE_WORDS = 2;
const WORD_START = 3;
const SUBSTRING = 4;
const WORDS_APART = 5;
const LETTERS_APART = 6;

/** Smaller is better: class, then three tie-breaks, in one number of 3 + 6 + 1 + 8 + 6 bits. */
function cost(rank: number, broken: number, inside: boolean, tail: number, key: Key): number {
  return (
    rank * 2 ** 21 +
    Math.min(broken, 63) * 2 ** 15 +
    (inside ? 2 ** 14 : 0) +
    Math.min(tail, 255) * 2 ** 6 +
    Math.min(key.words, 63)
  );
}

/** The best place where the key has the query as it stands. */
function contiguousCost(key: Key, query: string): number {
  let best = NO_MATCH;
  for (let at = key.text.indexOf(query); at >= 0; at = key.text.indexOf(query, at + 1)) {
    best = Math.min(best, costAt(key, query, at));
  }
  return best;
}

function costAt(key: Key, query: string, start: number): number {
  const { text, part } = key;
  const end = start + query.length;
  const tail = text.length - end;
  const inside = start !== 0 && start !== part;
  if (!startsWord(text, start) && !query.startsWith(SEPARATOR)) return cost(SUBSTRING, 0, inside, tail, key);
  if (tail === 0 && !inside) return cost(start === 0 ? WHOLE : LAST_PART, 0, false, 0, key);
  const wordEnd = query.endsWith(SEPARATOR) ? end : text.indexOf(SEPARATOR, end);
  const left = (wordEnd < 0 ? text.length : wordEnd) - end;
  return cost(left === 0 ? WHOLE_WORDS : WORD_START, left, inside, tail, key);
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || text.charAt(at - 1) === SEPARATOR;
}

/** The query's words, or at least its letters, in this order. */
function apartCost(key: Key, words: readonly string[], letters: string): number {
  const cost = words.length > 1 ? wordsCost(key, words) : NO_MATCH;
  return cost === NO_MATCH ? lettersCost(key, letters) : cost;
}

/** Each word where it first fits after the one before, at the start of a word if it can. */
function wordsCost(key: Key, words: readonly string[]): number {
  let end = 0;
  let broken = 0;
  for (const word of words) {
    let at = key.text.indexOf(word, end);
    if (at < 0) return NO_MATCH;
    if (!startsWord(key.text, at)) {
      const atWord = key.text.indexOf(SEPARATOR + word, end);
      if (atWord < 0) broken++;
      else at = atWord + 1;
    }
    end = at + word.length;
  }
  return cost(WORDS_APART, broken, false, key.text.length - end, key);
}

/** The first letter at the start of a word, the others wherever they come next; fewer runs are better. */
function lettersCost(key: Key, letters: string): number {
  let best = NO_MATCH;
  const first = letters.charAt(0);
  for (let start = key.text.indexOf(first); start >= 0; start = key.text.indexOf(first, start + 1)) {
    if (startsWord(key.text, start)) best = Math.min(best, lettersCostFrom(key, letters, start));
  }
  return best;
}

function lettersCostFrom(key: Key, letters: string, start: number): number {
  let runs = 1;
  let at = start;
  for (let next = 1; next < letters.length; next++) {
    const found = key.text.indexOf(letters.charAt(next), at + 1);
    if (found < 0) return NO_MATCH;
    if (found !== at + 1) runs++;
    at = found;
  }
  return cost(LETTERS_APART, runs, false, key.text.length - at - 1, key);
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

  matches(): readonly Match[] {
    return this.entries.map(({ index, cost }) => ({ index, score: -cost }));
  }
}
