/** The chunks of a text that is being edited. An edit makes anew only those that it may change. */
import { Chunk } from './chunk';
import { initialState, sameState, scanGroup, type ChunkGroup, type ScanState } from './chunks';
import type { Span } from './model';
import type { CParser } from './parser';
import { WordCounts } from './word-counts';

/** Chunks that were found together; offsets of the current text. */
interface Group {
  start: number;
  /** See `ChunkGroup`. */
  seen: number;
  readonly state: ScanState;
  readonly chunks: readonly Chunk[];
}

export class ChunkStore {
  readonly words = new WordCounts();
  #text = '';
  #groups: Group[] = [];
  readonly #parser: CParser;

  constructor(parser: CParser) {
    this.#parser = parser;
  }

  get text(): string {
    return this.#text;
  }

  get chunks(): Chunk[] {
    // As `flatMap`, which takes several times as long for thousands of lists of one.
    const all: Chunk[] = [];
    for (const { chunks } of this.#groups) for (const chunk of chunks) all.push(chunk);
    return all;
  }

  /** @param text after the edit, where it is there already */
  edit(span: Span, newText: string, text?: string): void {
    const start = Math.max(0, Math.min(span.start, this.#text.length));
    const end = Math.max(start, Math.min(span.end, this.#text.length));
    const shift = newText.length - (end - start);
    this.#text =
      text?.length === this.#text.length + shift
        ? text
        : this.#text.slice(0, start) + newText + this.#text.slice(end);
    const changed = this.#groups.findIndex((group) => group.seen > start);
    const from = changed < 0 ? Math.max(0, this.#groups.length - 1) : changed;
    const { found, next } = this.#scan(from, end, shift);
    this.#replace(from, next, found, shift);
  }

  /** Scans from an old group on, until an old group behind the edit fits again. */
  #scan(from: number, end: number, shift: number): { found: ChunkGroup[]; next: number } {
    const old = this.#groups;
    const found: ChunkGroup[] = [];
    let at = old[from]?.start ?? 0;
    let state = old[from]?.state ?? initialState;
    let next = from;
    for (;;) {
      while (next < old.length && (old[next]?.start ?? 0) + shift < at) next++;
      const candidate = old[next];
      if (
        candidate &&
        candidate.start > end &&
        candidate.start + shift === at &&
        sameState(candidate.state, state)
      ) {
        return { found, next };
      }
      const group = scanGroup(this.#text, at, state);
      if (!group) return { found, next: old.length };
      found.push(group);
      at = group.end;
      state = group.state;
    }
  }

  #replace(from: number, next: number, found: readonly ChunkGroup[], shift: number): void {
    const spare = new Map<string, Chunk[]>();
    for (const chunk of this.#groups.slice(from, next).flatMap((group) => group.chunks)) {
      spare.set(chunk.key, [...(spare.get(chunk.key) ?? []), chunk]);
    }
    const added = found.map((group) => this.#newGroup(group, spare));
    for (const chunk of [...spare.values()].flat()) this.words.remove(chunk);
    const kept = this.#groups.slice(next);
    for (const group of kept) {
      group.start += shift;
      group.seen += shift;
      for (const chunk of group.chunks) chunk.start += shift;
    }
    this.#groups = [...this.#groups.slice(0, from), ...added, ...kept];
  }

  /** Takes a chunk that has the same text and state from those that the edit has removed. */
  #newGroup({ chunks, seen }: ChunkGroup, spare: ReadonlyMap<string, Chunk[]>): Group {
    const made = chunks.map((raw) => {
      const text = this.#text.slice(raw.start, raw.end);
      const known = spare.get(Chunk.keyOf(raw, text))?.pop();
      if (known) {
        known.start = raw.start;
        return known;
      }
      const chunk = new Chunk(raw, text, this.#parser);
      this.words.add(chunk);
      return chunk;
    });
    const [first] = chunks;
    return { start: first?.start ?? 0, state: first?.state ?? initialState, seen, chunks: made };
  }
}
