/**
 * The lines of a stream, one at a time and no faster than they are asked for: who does not read slows the writer
 * down, and memory stays bounded whatever is sent. What follows the lines may be bytes.
 */
import type { Readable } from 'node:stream';

export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/** Longest line that an agent may send: a verifier's log of 16 MB in JSON. */
const maxLine = 40 * 1024 * 1024;

export class LineReader {
  readonly #chunks: AsyncIterator<Buffer, undefined>;
  readonly #limit: number;
  #pieces: Buffer[] = [];
  #size = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable, limit = maxLine) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    this.#limit = limit;
  }

  /** The next line without its end; undefined at the end of the stream, where a line without one is dropped. One call at a time. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) return this.#take(end);
      this.#pieces.push(this.#rest);
      this.#size += this.#rest.length;
      this.#rest = Buffer.alloc(0);
      if (this.#size > this.#limit) throw new LineTooLong(`a line of more than ${this.#limit} bytes`);
      const chunk = await this.#chunk();
      if (chunk === undefined) return undefined;
      this.#rest = chunk;
    }
  }

  /** The bytes that come next, as many as are there; undefined at the end of the stream. One call at a time. */
  async bytes(): Promise<Buffer | undefined> {
    const rest = Buffer.concat([...this.#pieces, this.#rest]);
    this.#pieces = [];
    this.#size = 0;
    this.#rest = Buffer.alloc(0);
    return rest.length > 0 ? rest : this.#chunk();
  }

  /** Gives back the end of what was read last, which is read again. */
  unread(bytes: Buffer): void {
    this.#rest = Buffer.concat([bytes, this.#rest]);
  }

  async #chunk(): Promise<Buffer | undefined> {
    try {
      const next = await this.#chunks.next();
      return next.done === true ? undefined : next.value;
    } catch {
      // The stream was torn down: nothing more comes, which is what its end means too.
      return undefined;
    }
  }

  #take(end: number): string {
    const last = this.#rest.subarray(0, end);
    this.#rest = this.#rest.subarray(end + 1);
    if (this.#size === 0) return last.toString();
    const line = Buffer.concat([...this.#pieces, last]).toString();
    this.#pieces = [];
    this.#size = 0;
    return line;
  }
}
