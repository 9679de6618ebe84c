/** What may be waited for only as long as a host is there. */
import { deferred } from './deferred';

export class Lifeline {
  readonly #gone = deferred<never>();
  #cut = false;

  get isCut(): boolean {
    return this.#cut;
  }

  /** The result of the work; rejects with the reason when the host is gone before. */
  hold<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#gone.promise, work]);
  }

  /** The first reason counts. */
  cut(reason: unknown): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#gone.reject(reason instanceof Error ? reason : new Error(String(reason)));
  }
}
