/**
 * Whether the user is in the middle of something. Who types with completion sends an edit and a question with each key, and
 * the next right behind the answer: what nobody waits for gives way until there is a pause.
 */

/** Milliseconds without a message that are a pause. */
const pause = 5;
/** Milliseconds behind a question in which an edit is likely to be followed by the next one. */
const conversation = 1000;
/** Milliseconds behind an edit after which no pause is waited for any more. */
const patience = 200;
/** The same where the edits do not end: what is begun between two of them, the next one makes worthless. */
const longPatience = 1000;
/** Milliseconds without a message after which the next one is not just a key away. */
const rest = 250;

export class Activity {
  #asked = -Infinity;
  #edited = -Infinity;
  #last = -Infinity;
  #pause: Promise<void> | undefined;
  readonly #now: () => number;

  /** @param now Milliseconds of a clock that only goes on. */
  constructor(now = uptime) {
    this.#now = now;
  }

  /** Who opens a document asks about it next. */
  opened(): void {
    this.#asked = this.#last = this.#now();
  }

  edited(): void {
    this.#edited = this.#last = this.#now();
  }

  /** What is asked with a key that was typed. */
  async during<T>(answer: Promise<T>): Promise<T> {
    this.#asked = this.#last = this.#now();
    try {
      return await answer;
    } finally {
      this.#asked = this.#last = this.#now();
    }
  }

  /** Waits for the next pause: not at all where nobody has asked anything lately. */
  async paused(): Promise<void> {
    if (this.#rest(this.#now()) <= 0) return;
    // One wait for all: an edit that is overtaken by hundreds must not count them.
    this.#pause ??= this.#wait().finally(() => (this.#pause = undefined));
    await this.#pause;
  }

  /** Waits, for as long as it takes, until nothing is typed: for what takes longer than the time between two keys. */
  async rested(): Promise<void> {
    for (;;) {
      const left = this.#last + rest - this.#now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => setTimeout(resolve, left).unref());
    }
  }

  async #wait(): Promise<void> {
    const begun = this.#now();
    for (;;) {
      const now = this.#now();
      const latest = Math.min(Math.max(begun, this.#edited) + patience, begun + longPatience);
      const rest = Math.min(this.#rest(now), latest - now);
      if (rest <= 0) return;
      await new Promise<void>((resolve) => setTimeout(resolve, rest));
    }
  }

  /** Milliseconds until the next pause, if nothing comes. */
  #rest(now: number): number {
    return now - this.#asked < conversation ? this.#last + pause - now : 0;
  }
}

/** The first use of `performance` loads a module, for which the first answer would wait. */
function uptime(): number {
  return process.uptime() * 1000;
}
