/** How often each word stands in a file, kept up to date chunk by chunk. */
import type { Chunk } from './chunk';

export class WordCounts {
  readonly #counts = new Map<string, number>();

  count(word: string): number {
    return this.#counts.get(word) ?? 0;
  }

  add(chunk: Chunk): void {
    for (const word of chunk.words()) this.#counts.set(word, this.count(word) + 1);
  }

  remove(chunk: Chunk): void {
    for (const word of chunk.words()) {
      const left = this.count(word) - 1;
      if (left > 0) this.#counts.set(word, left);
      else this.#counts.delete(word);
    }
  }
}
