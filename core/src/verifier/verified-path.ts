/**
 * The instructions that lead to where the verifier is. It walks the branches of a program depth first and prints
 * `from 8 to 12:` where it takes up the last one that it put off, so the path up to instruction 8 is still the way there.
 */
import { detach } from './detach';

/** A piece of the text that is read, which is cut out where it is needed: of most pieces nothing is. */
export interface Piece {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

export function cut({ text, from, to }: Piece): string {
  return text.slice(from, to);
}

/** The piece alone, without the text around it. */
export function detachPiece(piece: Piece): Piece {
  const text = detach(cut(piece));
  return { text, from: 0, to: text.length };
}

/** An instruction as the log has it, before its parts are read: the piece behind `12: `, to the end of the line. */
export interface PathEntry extends Piece {
  readonly index: number;
  /** Registers as they are printed before it. */
  readonly before: Piece | undefined;
  /** What stands behind `; ` in the line of source above it. */
  readonly source: Piece | undefined;
  readonly logLine: number;
}

/** What is kept of an entry in numbers. */
const column = { index: 0, from: 1, to: 2, logLine: 3, sourceFrom: 4, sourceTo: 5 } as const;
const width = 6;

/** In columns: a path is long, and as many objects would keep the garbage collector busy. */
export class VerifiedPath {
  readonly #limit: number;
  #numbers = new Int32Array(64 * width);
  readonly #texts: string[] = [];
  readonly #sources: (string | undefined)[] = [];
  readonly #befores: (Piece | undefined)[] = [];
  #length = 0;
  /** Places of entries whose other branch was taken up already, ascending. */
  #resumed: number[] = [];
  #complete = true;
  /** The first entry whose strings may be parts of the text that is read at the moment. */
  #fresh = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Oldest first; the newest of them, where there are more than the limit. */
  get entries(): readonly PathEntry[] {
    const first = Math.max(0, this.#length - this.#limit);
    return Array.from({ length: this.#length - first }, (_, at) => this.#entry(first + at));
  }

  get last(): PathEntry | undefined {
    return this.#length === 0 ? undefined : this.#entry(this.#length - 1);
  }

  /** False where the beginning is missing. */
  get complete(): boolean {
    return this.#complete && this.#length <= this.#limit;
  }

  push(entry: PathEntry): void {
    this.#set(this.#length++, entry);
    if (this.#length === 2 * this.#limit) this.#dropOldest();
  }

  /** A branch that was put off at an instruction is taken up: forgets what came after it. */
  resume(from: number): void {
    // After a return from a function the log has the same words, but the path goes on.
    const { last } = this;
    if (last?.index === from && last.text.startsWith('(95) exit', last.from)) return;
    for (let at = this.#length - 1; at >= 0; at--) {
      while ((this.#resumed[this.#resumed.length - 1] ?? -1) > at) this.#resumed.pop();
      if (this.#numbers[at * width] !== from) continue;
      if (this.#resumed[this.#resumed.length - 1] === at) continue;
      this.#cutTo(at + 1);
      this.#resumed.push(at);
      return;
    }
    this.restart();
    this.#complete = false;
  }

  /**
   * A part of the text was read. Pieces of it keep the whole part alive: they are copied, unless they are most of it
   * anyway.
   */
  settle(partLength: number): void {
    let length = 0;
    for (let at = this.#fresh * width; at < this.#length * width; at += width) {
      length += (this.#numbers[at + column.to] ?? 0) - (this.#numbers[at + column.from] ?? 0);
    }
    if (4 * length < partLength) {
      const sources = new Map<string, Piece>();
      for (let at = this.#fresh; at < this.#length; at++) this.#set(at, detached(this.#entry(at), sources));
    }
    this.#fresh = this.#length;
  }

  /** Another function begins. */
  restart(): void {
    this.#cutTo(0);
    this.#resumed = [];
    this.#complete = true;
  }

  #entry(at: number): PathEntry {
    const number = (of: number): number => this.#numbers[at * width + of] ?? 0;
    const source = this.#sources[at];
    return {
      index: number(column.index),
      text: this.#texts[at] ?? '',
      from: number(column.from),
      to: number(column.to),
      before: this.#befores[at],
      source:
        source === undefined
          ? undefined
          : { text: source, from: number(column.sourceFrom), to: number(column.sourceTo) },
      logLine: number(column.logLine),
    };
  }

  #set(at: number, { index, text, from, to, before, source, logLine }: PathEntry): void {
    const start = at * width;
    if (start + width > this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    numbers[start + column.index] = index;
    numbers[start + column.from] = from;
    numbers[start + column.to] = to;
    numbers[start + column.logLine] = logLine;
    numbers[start + column.sourceFrom] = source?.from ?? 0;
    numbers[start + column.sourceTo] = source?.to ?? 0;
    this.#texts[at] = text;
    this.#sources[at] = source?.text;
    this.#befores[at] = before;
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#numbers.length);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }

  #cutTo(length: number): void {
    // What stands behind the end is written over; it is bounded like the rest.
    this.#length = length;
    this.#fresh = Math.min(this.#fresh, length);
  }

  #dropOldest(): void {
    const dropped = this.#length - this.#limit;
    this.#numbers.copyWithin(0, dropped * width);
    this.#texts.copyWithin(0, dropped);
    this.#sources.copyWithin(0, dropped);
    this.#befores.copyWithin(0, dropped);
    this.#length = this.#limit;
    this.#resumed = this.#resumed.filter((at) => at >= dropped).map((at) => at - dropped);
    this.#fresh = Math.max(0, this.#fresh - dropped);
    this.#complete = false;
  }
}

/** Entries that follow one another have their line of source in common. */
function detached(entry: PathEntry, sources: Map<string, Piece>): PathEntry {
  const { source, before } = entry;
  const text = source && cut(source);
  const kept = source && text !== undefined ? (sources.get(text) ?? detachPiece(source)) : undefined;
  if (kept) sources.set(kept.text, kept);
  return { ...entry, ...detachPiece(entry), before: before && detachPiece(before), source: kept };
}
