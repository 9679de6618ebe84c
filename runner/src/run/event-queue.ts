/**
 * Events on their way to their reader. Who adds waits while much is unread, so that a slow reader slows the host down
 * and memory stays bounded.
 */

/** Bytes of unread records. */
const limit = 8 * 1024 * 1024;
/** What an event counts at least. */
const least = 512;

export class EventQueue<T> implements AsyncIterable<T> {
  #entries: { readonly event: T; readonly weight: number }[] = [];
  #next = 0;
  #weight = 0;
  #closed = false;
  #patient = true;
  readonly #onAbandon: () => void;
  readonly #waiting = { reader: [] as (() => void)[], writers: [] as (() => void)[] };

  /** `onAbandon`: the reader left before the end. */
  constructor(onAbandon: () => void) {
    this.#onAbandon = onAbandon;
  }

  /** Resolves when there is room for more. `bulk` events are dropped where nobody will read them. */
  async push(event: T, size = 0, bulk = false): Promise<void> {
    if (this.#closed || (bulk && this.#full && !this.#patient)) return;
    const weight = Math.max(size, least);
    this.#entries.push({ event, weight });
    this.#weight += weight;
    this.#wake('reader');
    while (this.#full && this.#patient) await this.#wait('writers');
  }

  /** From now on nobody waits for room: everything is about to end. */
  hurry(): void {
    this.#patient = false;
    this.#wake('writers');
  }

  close(): void {
    this.#closed = true;
    this.#wake('reader');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    try {
      for (;;) {
        const entry = this.#entries[this.#next];
        if (entry) {
          this.#take(entry.weight);
          yield entry.event;
        } else if (this.#closed) {
          return;
        } else {
          await this.#wait('reader');
        }
      }
    } finally {
      if (!this.#closed) {
        this.#entries = [];
        this.#closed = true;
        this.hurry();
        this.#onAbandon();
      }
    }
  }

  get #full(): boolean {
    return this.#weight > limit;
  }

  #take(weight: number): void {
    this.#next += 1;
    this.#weight -= weight;
    if (this.#next > 1024 || this.#next === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#next);
      this.#next = 0;
    }
    if (!this.#full) this.#wake('writers');
  }

  #wait(who: 'reader' | 'writers'): Promise<void> {
    return new Promise((resolve) => this.#waiting[who].push(resolve));
  }

  #wake(who: 'reader' | 'writers'): void {
    for (const resume of this.#waiting[who].splice(0)) resume();
  }
}
