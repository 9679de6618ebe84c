/**
 * The instructions that lead to where the verifier is. It walks the branches of a program depth first and prints
 * `from 8 to 12:` where it takes up the last one that it put off, so the path up to instruction 8 is still the way there.
 */
import { detach } from './detach';
import type { SourcePosition } from './model';

/** An instruction as the log has it, before its parts are read. */
export interface PathEntry {
  readonly index: number;
  /** From behind `12: ` to the end of the line. */
  readonly line: string;
  /** Registers as they are printed before it. */
  readonly before: string | undefined;
  readonly position: SourcePosition | undefined;
  readonly logLine: number;
}

export class VerifiedPath {
  readonly #limit: number;
  #entries: PathEntry[] = [];
  /** Places in `#entries` whose other branch was taken up already, ascending. */
  #resumed: number[] = [];
  #complete = true;
  /** The first entry whose strings may be parts of the text that is read at the moment. */
  #fresh = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Oldest first; the newest of them, where there are more than the limit. */
  get entries(): readonly PathEntry[] {
    return this.#entries.slice(-this.#limit);
  }

  get last(): PathEntry | undefined {
    return this.#entries[this.#entries.length - 1];
  }

  /** False where the beginning is missing. */
  get complete(): boolean {
    return this.#complete && this.#entries.length <= this.#limit;
  }

  push(entry: PathEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length < 2 * this.#limit) return;
    const dropped = this.#entries.length - this.#limit;
    this.#entries = this.#entries.slice(dropped);
    this.#resumed = this.#resumed.filter((at) => at >= dropped).map((at) => at - dropped);
    this.#fresh = Math.max(0, this.#fresh - dropped);
    this.#complete = false;
  }

  /** A branch that was put off at an instruction is taken up: forgets what came after it. */
  resume(from: number): void {
    // After a return from a function the log has the same words, but the path goes on.
    if (this.last?.index === from && this.last.line.startsWith('(95) exit')) return;
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      while ((this.#resumed[this.#resumed.length - 1] ?? -1) > at) this.#resumed.pop();
      if (this.#entries[at]?.index !== from) continue;
      if (this.#resumed[this.#resumed.length - 1] === at) continue;
      this.#entries.length = at + 1;
      this.#fresh = Math.min(this.#fresh, at + 1);
      this.#resumed.push(at);
      return;
    }
    this.restart();
    this.#complete = false;
  }

  /**
   * A part of the text was read. Strings that were cut from it keep the whole part alive: copies them, unless they are
   * most of it anyway.
   */
  settle(partLength: number): void {
    let length = 0;
    for (let at = this.#fresh; at < this.#entries.length; at++) length += this.#entries[at]?.line.length ?? 0;
    if (4 * length < partLength) {
      this.#entries = this.#entries.map((entry, at) => (at < this.#fresh ? entry : detached(entry)));
    }
    this.#fresh = this.#entries.length;
  }

  /** Another function begins. */
  restart(): void {
    this.#entries = [];
    this.#fresh = 0;
    this.#resumed = [];
    this.#complete = true;
  }
}

function detached(entry: PathEntry): PathEntry {
  return {
    ...entry,
    line: detach(entry.line),
    before: entry.before === undefined ? undefined : detach(entry.before),
  };
}
