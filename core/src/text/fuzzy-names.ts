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
  /** See `Traits`. */
  readonly traits: Int32Array;
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
    traits: new Int32Array(count * 4),
  };
  names.texts.forEach((text, index) => {
    const part = (items[index] ?? '').lastIndexOf('/') + 1;
    const { letters, initials, pairs, morePairs, words } = traitsOf(text);
    names.parts[index] = part;
    names.words[index] = Math.min(words, 255);
    names.heads[index] = text.charCodeAt(0);
    names.partHeads[index] = text.charCodeAt(part);
    names.traits.set([letters, initials, pairs, morePairs], index * 4);
  });
  return names;
}

/** Visits the names that have all the bits, in order: those that cannot match are left out. */
export function visitCandidates({ traits }: Names, wanted: Traits, visit: (index: number) => void): void {
  // In locals: this loop runs over every name at every keystroke.
  const { letters, initials, pairs, morePairs } = wanted;
  for (let at = 0; at < traits.length; at += 4) {
    if (((traits[at] ?? 0) & letters) !== letters) continue;
    if (((traits[at + 1] ?? 0) & initials) !== initials) continue;
    if (((traits[at + 2] ?? 0) & pairs) !== pairs) continue;
    if (((traits[at + 3] ?? 0) & morePairs) !== morePairs) continue;
    visit(at >> 2);
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
