/** The tables of the Maps and Programs tabs. What changes is changed in place, so that the view and a selection stay. */
import type { PanelColumn, PanelRow, PanelTable } from '#core/messages/events-panel';
import { element, setAttributes, setText } from './dom';

export class Tables {
  readonly element: HTMLElement;
  readonly #empty: string;
  readonly #sections: { readonly section: HTMLElement; readonly table: HTMLTableElement; columns: string }[] =
    [];

  /** @param empty what is said while there is no table */
  constructor(attributes: Readonly<Record<string, string>>, empty: string) {
    this.element = element('div', { class: 'tables', tabindex: 0, ...attributes });
    this.#empty = empty;
    this.show([]);
  }

  show(tables: readonly PanelTable[]): void {
    const shown = tables.filter(({ columns, rows }) => columns.length > 0 || rows.length > 0);
    if (shown.length === 0) {
      this.#sections.length = 0;
      this.element.replaceChildren(element('p', { class: 'empty' }, this.#empty));
      return;
    }
    if (this.#sections.length === 0) this.element.replaceChildren();
    while (this.#sections.length > shown.length) this.#sections.pop()?.section.remove();
    shown.forEach((table, i) => this.#show(table, i));
  }

  #show({ title, detail, columns, rows, note }: PanelTable, index: number): void {
    let known = this.#sections[index];
    if (known === undefined) {
      const table = element('table', {}, element('thead', {}, element('tr')), element('tbody'));
      const heading = element('h2', {}, element('span'), element('small'));
      const section = element('section', {}, heading, table, element('p', { class: 'note' }));
      known = { section, table, columns: '' };
      this.#sections.push(known);
      this.element.append(section);
    }
    const { section, table } = known;
    const text = (selector: string, value: string) => {
      const target = section.querySelector(selector);
      if (target) setText(target, value);
    };
    text('h2 span', title);
    text('h2 small', detail);
    text('.note', note || (rows.length === 0 ? 'Empty.' : ''));
    setAttributes(table, { 'aria-label': title });
    const names = JSON.stringify(columns);
    if (names !== known.columns) {
      known.columns = names;
      table.tHead?.rows[0]?.replaceChildren(...columns.map(header));
      table.tBodies[0]?.replaceChildren();
    }
    if (table.tBodies[0]) fillBody(table.tBodies[0], columns, rows);
  }
}

function header({ title, detail, numeric }: PanelColumn): HTMLElement {
  return element(
    'th',
    { scope: 'col', class: numeric ? 'number' : undefined, title: detail || undefined },
    title,
  );
}

function fillBody(
  body: HTMLTableSectionElement,
  columns: readonly PanelColumn[],
  rows: readonly PanelRow[],
): void {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach(({ cells }, i) => {
    const row = body.rows[i] ?? body.insertRow();
    columns.forEach(({ numeric }, column) => {
      let cell = row.cells[column];
      if (cell === undefined) {
        cell = row.insertCell();
        if (numeric) cell.className = 'number';
      }
      setText(cell, cells[column] ?? '');
    });
  });
}
