/** What a screen reader is told. Not every event: what the user asked for, and what changes for good. */
import { element } from './dom';

/** Losses may go on for minutes; once is enough for a while. */
const QUIET = 30_000;

export class Announcer {
  readonly element = element('div', { role: 'status', 'aria-live': 'polite', class: 'unseen' });
  readonly #last = new Map<string, { readonly text: string; readonly time: number }>();

  /** @param topic what is said about it again soon is left out, unless it is news of another kind */
  say(text: string, topic?: string): void {
    if (topic !== undefined) {
      const last = this.#last.get(topic);
      if (last && (last.text === text || performance.now() - last.time < QUIET)) return;
      this.#last.set(topic, { text, time: performance.now() });
    }
    this.element.textContent = text;
  }
}
