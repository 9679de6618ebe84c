/** All of one event, beside the table: its members, its JSON, its bytes. */
import type { ToPanel } from '#core/messages/events-panel';
import { element, icon } from './dom';
import { icons } from './icons';

type Details = Extract<ToPanel, { type: 'details' }>;

export class DetailsPane {
  readonly element = element('aside', { class: 'details', 'aria-label': 'Event details', tabindex: -1 });
  readonly #closed: () => void;

  constructor(closed: () => void) {
    this.#closed = closed;
    this.element.hidden = true;
    this.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.close();
    });
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  show({ title, fields, hex, json }: Details): void {
    const close = element(
      'button',
      { class: 'icon', title: 'Close (Escape)', 'aria-label': 'Close' },
      icon(icons.close),
    );
    close.addEventListener('click', () => this.close());
    const rows = fields.map(({ name, detail, text }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', { class: 'type' }, detail),
        element('td', { class: 'value' }, text),
      ),
    );
    // What the user opened stays open for the next event.
    const isOpen = (part: string) =>
      this.element.querySelector(`details.${part}`)?.hasAttribute('open') ?? false;
    const parts = [
      ['json', 'JSON', json],
      ['bytes', 'Bytes', hex],
    ] as const;
    const open = parts.map(([name]) => isOpen(name));
    this.element.replaceChildren(
      element('header', {}, element('h2', {}, title), close),
      element('table', {}, element('tbody', {}, ...rows)),
      ...parts.map(([name, label, text], i) =>
        element(
          'details',
          { class: name, open: open[i] ?? false },
          element('summary', {}, label),
          element('pre', { tabindex: 0 }, text),
        ),
      ),
    );
    this.element.hidden = false;
  }

  close(): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.#closed();
  }
}
