/** How well a name matches a query, as a number: the smaller, the better. */
import { SEPARATOR, startsWord, traitsOf, type Names, type Traits } from './fuzzy-names';

export const NO_MATCH = Number.POSITIVE_INFINITY;

export type CostOf = (names: Names, index: number) => number;

/**
 * The ways to match a query, best first: every match of one is better than all of the next. `wanted` are the
 * traits without which `cost` would be NO_MATCH.
 */
export function matchers(
  text: string,
  words: readonly string[],
): readonly { readonly wanted: Traits; readonly cost: CostOf }[] {
  const whole = traitsOf(text);
  const first = traitsOf(text.charAt(0)).initials;
  const apart = { ...whole, pairs: 0, morePairs: 0 };
  const letters = words.join('');
  return [
    { wanted: { ...whole, initials: first }, cost: (names, index) => wordStartCost(names, index, text) },
    { wanted: { ...whole, initials: 0 }, cost: (names, index) => insideCost(names, index, text) },
    ...(words.length > 1
      ? [{ wanted: apart, cost: (names: Names, index: number) => wordsCost(names, index, words) }]
      : []),
    {
      wanted: { ...apart, initials: traitsOf(letters.charAt(0)).initials },
      cost: (names, index) => lettersCost(names, index, letters),
    },
  ];
}

/** Classes of a match, best first. */
const WHOLE = 0;
const LAST_PART = 1;
const WHOLE_WORDS = 2;
const WORD_START = 3;
const SUBSTRING = 4;
const WORDS_APART = 5;
const LETTERS_APART = 6;

/** Class, then the tie-breaks, in one number of 3 + 6 + 1 + 8 + 6 bits. */
function combine(rank: number, broken: number, inside: boolean, tail: number, words: number): number {
  return (
    rank * 2 ** 21 +
    Math.min(broken, 63) * 2 ** 15 +
    (inside ? 2 ** 14 : 0) +
    Math.min(tail, 255) * 2 ** 6 +
    Math.min(words, 63)
  );
}

/** The best place where a word of the name begins with the query, which may go on over several words. */
export function wordStartCost(names: Names, index: number, query: string): number {
  const text = names.texts[index] ?? '';
  const part = names.parts[index] ?? 0;
  const words = names.words[index] ?? 0;
  let best = NO_MATCH;
  for (let start = text.indexOf(query); start >= 0; start = text.indexOf(query, start + 1)) {
    if (!startsWord(text, start) && !query.startsWith(SEPARATOR)) continue;
    const end = start + query.length;
    const tail = text.length - end;
    const inside = start !== 0 && start !== part;
    if (tail === 0 && !inside) return combine(start === 0 ? WHOLE : LAST_PART, 0, false, 0, words);
    const wordEnd = query.endsWith(SEPARATOR) ? end : text.indexOf(SEPARATOR, end);
    const left = (wordEnd < 0 ? text.length : wordEnd) - end;
    best = Math.min(best, combine(left === 0 ? WHOLE_WORDS : WORD_START, left, inside, tail, words));
  }
  return best;
}

/** The query anywhere; the last place, which has the least text after it. */
function insideCost(names: Names, index: number, query: string): number {
  const text = names.texts[index] ?? '';
  const start = text.lastIndexOf(query);
  if (start < 0) return NO_MATCH;
  return combine(SUBSTRING, 0, false, text.length - start - query.length, names.words[index] ?? 0);
}

/** Each word of the query at the start of a word, after the one before. */
function wordsCost(names: Names, index: number, words: readonly string[]): number {
  const text = names.texts[index] ?? '';
  let end = 0;
  for (const word of words) {
    let start = text.indexOf(word, end);
    while (start >= 0 && !startsWord(text, start)) start = text.indexOf(word, start + 1);
    if (start < 0) return NO_MATCH;
    end = start + word.length;
  }
  return combine(WORDS_APART, 0, false, text.length - end, names.words[index] ?? 0);
}

/** The first letter at the start of a word, the others wherever they come next; fewer runs are better. */
function lettersCost(names: Names, index: number, letters: string): number {
  const text = names.texts[index] ?? '';
  const first = letters.charAt(0);
  let best = NO_MATCH;
  for (let start = text.indexOf(first); start >= 0; start = text.indexOf(first, start + 1)) {
    if (!startsWord(text, start)) continue;
    const cost = lettersCostFrom(text, letters, start, names.words[index] ?? 0);
    // What does not follow here does not follow further on.
    if (cost === NO_MATCH) break;
    best = Math.min(best, cost);
  }
  return best;
}

function lettersCostFrom(text: string, letters: string, start: number, words: number): number {
  let runs = 1;
  let at = start;
  for (let next = 1; next < letters.length; next++) {
    const found = text.indexOf(letters.charAt(next), at + 1);
    if (found < 0) return NO_MATCH;
    if (found !== at + 1) runs++;
    at = found;
  }
  return combine(LETTERS_APART, runs, false, text.length - at - 1, words);
}
