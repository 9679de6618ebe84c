/**
 * The names of a matcher, ready to be searched: column by column, so that a search over 59,000 of them runs over
 * a few numbers each and reads the text of a few hundred.
 */

export const SEPARATOR = '_';
const SEPARATOR_CODE = 95;

export interface Names {
  readonly count: number;
  readonly texts: readonly string[];
  /** Where the last part of a name begins. */
  readonly parts: Uint16Array;
  readonly words: Uint8Array;
  /** The first character of the name, and of its last part. */
  readonly heads: Uint16Array;
  readonly partHeads: Uint16Array;
  readonly traits: TraitColumns;
}

/**
 * Bit sets of a text. What a text contains, it contains with all bits, so they tell most names that cannot match
 * from those that can.
 */
export interface Traits {
  /** Bit 0 to 25: the letters; five more for the digits, in pairs. Separators have none. */
  readonly letters: number;
  /** Those of `letters` that begin a word. */
  readonly initials: number;
  /** Neighbouring characters, in two hashes. */
  readonly pairs: number;
  readonly morePairs: number;
}

/** See `Traits`. */
export type TraitColumns = { readonly [K in keyof Traits]: Int32Array };

/** One character for one, so that offsets stay what they are in the item. */
export function normalize(text: string): string {
  const lower = text.toLowerCase();
  return /[\s/:.-]/.test(lower) ? lower.replaceAll(/[\s/:.-]/g, SEPARATOR) : lower;
}

export function prepareNames(items: readonly string[]): Names {
  const count = items.length;
  const names = {
    count,
    texts: items.map(normalize),
    parts: new Uint16Array(count),
    words: new Uint8Array(count),
    heads: new Uint16Array(count),
    partHeads: new Uint16Array(count),
    traits: {
      letters: new Int32Array(count),
      initials: new Int32Array(count),
      pairs: new Int32Array(count),
      morePairs: new Int32Array(count),
    },
  };
  names.texts.forEach((text, index) => {
    const part = (items[index] ?? '').lastIndexOf('/') + 1;
    const { letters, initials, pairs, morePairs, words } = traitsOf(text);
    names.parts[index] = part;
    names.words[index] = Math.min(words, 255);
    names.heads[index] = text.charCodeAt(0);
    names.partHeads[index] = text.charCodeAt(part);
    names.traits.letters[index] = letters;
    names.traits.initials[index] = initials;
    names.traits.pairs[index] = pairs;
    names.traits.morePairs[index] = morePairs;
  });
  return names;
}

/**
 * The names that have all these letters, in order: of most queries a few hundred.
 * @param found where they are put; it has place for all
 */
export function withLetters({ traits, count }: Names, letters: number, found: Uint32Array): Uint32Array {
  // In a local: this loop runs over every name at every keystroke.
  const column = traits.letters;
  let length = 0;
  for (let index = 0; index < count; index++)
    if (((column[index] ?? 0) & letters) === letters) found[length++] = index;
  return found.subarray(0, length);
}

/** Visits those of the names that have all the bits: those that cannot match are left out. */
export function visitCandidates(
  { traits, count }: Names,
  /** Names that have the letters; all names where they have not been looked for. */
  candidates: Uint32Array | undefined,
  wanted: Traits,
  visit: (index: number) => void,
): void {
  // In locals: this loop runs over every name at every keystroke.
  const { letters, initials, pairs, morePairs } = wanted;
  const columns = traits;
  const end = candidates?.length ?? count;
  for (let at = 0; at < end; at++) {
    const index = candidates === undefined ? at : (candidates[at] ?? 0);
    if (((columns.initials[index] ?? 0) & initials) !== initials) continue;
    if (((columns.pairs[index] ?? 0) & pairs) !== pairs) continue;
    if (((columns.letters[index] ?? 0) & letters) !== letters) continue;
    if (((columns.morePairs[index] ?? 0) & morePairs) !== morePairs) continue;
    visit(index);
  }
}

export function traitsOf(text: string): Traits & { readonly words: number } {
  let letters = 0;
  let initials = 0;
  let pairs = 0;
  let morePairs = 0;
  let words = 1;
  let previous = SEPARATOR_CODE;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const bit = bitOf(code);
    letters |= bit;
    if (previous === SEPARATOR_CODE) initials |= bit;
    if (code === SEPARATOR_CODE) words++;
    if (at > 0) {
      pairs |= 1 << ((previous * 7 + code * 13) & 31);
      morePairs |= 1 << ((previous * 19 + code * 3 + 5) & 31);
    }
    previous = code;
  }
  return { letters, initials, pairs, morePairs, words };
}

function bitOf(code: number): number {
  if (code >= 97 && code <= 122) return 1 << (code - 97);
  if (code >= 48 && code <= 57) return 1 << (26 + ((code - 48) >> 1));
  return 0;
}

export function startsWord(text: string, at: number): boolean {
  return at === 0 || text.charCodeAt(at - 1) === SEPARATOR_CODE;
}
