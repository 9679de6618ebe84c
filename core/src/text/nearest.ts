/**
 * "Did you mean …": the candidates that differ from a word by a few typing mistakes.
 */

export interface NearestOptions {
  /** Mistakes that are still taken for a typo; the default grows with the word: 1 up to 5 characters, at most 3. */
  readonly maxDistance?: number;
  /** Names to return at most, 3 by default. */
  readonly limit?: number;
}

/** Candidates within the distance, nearest first, then in the order given. Case counts as no difference in finding, only in ranking. */
export function nearest(word: string, candidates: Iterable<string>, options: NearestOptions = {}): string[] {
  const { maxDistance = defaultDistance(word), limit = 3 } = options;
  const lower = word.toLowerCase();
  const letters = lettersOf(lower);
  const found: { readonly name: string; readonly distance: number }[] = [];
  for (const name of candidates) {
    if (Math.abs(name.length - lower.length) > maxDistance) continue;
    const candidate = name.toLowerCase();
    if (hasForeignLetters(candidate, letters, maxDistance)) continue;
    const distance = editDistance(lower, candidate, maxDistance);
    if (distance <= maxDistance && name !== word) found.push({ name, distance });
  }
  // Array.prototype.sort is stable: equal distances keep the caller's order.
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ name }) => name);
}

function defaultDistance(word: string): number {
  return Math.min(3, Math.max(1, Math.floor(word.length / 3) - 1));
}

/** How often each letter stands in it; letters are told apart by the low byte of their code. */
function lettersOf(word: string): Int32Array {
  const letters = new Int32Array(256);
  for (let i = 0; i < word.length; i++) add(letters, word, i, 1);
  return letters;
}

/** More letters that the word has not than there may be mistakes: rules out most candidates, at a tenth of the cost. */
function hasForeignLetters(candidate: string, letters: Int32Array, max: number): boolean {
  let foreign = 0;
  let read = 0;
  while (read < candidate.length && foreign <= max) if (add(letters, candidate, read++, -1) < 0) foreign++;
  while (read > 0) add(letters, candidate, --read, 1);
  return foreign > max;
}

/** The new count of the letter at `at`. */
function add(letters: Int32Array, word: string, at: number, step: 1 | -1): number {
  const letter = word.charCodeAt(at) & 255;
  const count = (letters[letter] ?? 0) + step;
  letters[letter] = count;
  return count;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one string into the other (optimal
 * string alignment). Once it is clear that the result is above `max`, some number above `max` is returned.
 */
export function editDistance(a: string, b: string, max = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1);
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        a.charCodeAt(row - 1) === b.charCodeAt(column - 2) &&
        a.charCodeAt(row - 2) === b.charCodeAt(column - 1);
      if (swapped) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
      best = Math.min(best, cost);
    }
    // A swap reaches back two rows, so one row above the limit does not settle it; it adds one, so this does.
    if (best > max + 1) return max + 1;
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

/** Cells that the loops have written; the fallback is never read. */
function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
