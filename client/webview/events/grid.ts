/**
 * The table of events. It has the rows in sight and some around them, however many there are: the others are height.
 * Rows have numbers for good (`first` is the oldest that the extension still has), and the view stays on its rows while
 * older ones go.
 */
import type { PanelColumn, PanelRow } from '#core/messages/events-panel';
import { ColumnWidths } from './columns';
import { element, setAttributes, setText } from './dom';

export const ROW_HEIGHT = 22;
/** Rows above and below those in sight that are kept ready. */
const AROUND = 20;

export interface Slice {
  readonly first: number;
  readonly end: number;
  readonly from: number;
  readonly rows: readonly PanelRow[];
}

export interface GridEvents {
  /** Rows that are wanted. */
  view(from: number, count: number, follow: boolean): void;
  /** The user wants to see all of a row. */
  open(index: number): void;
  followChanged(follow: boolean): void;
}

export class EventGrid {
  readonly element = element('div', {
    ...{ class: 'grid', role: 'grid', tabindex: 0, 'aria-label': 'Events', 'aria-readonly': 'true' },
  });
  readonly #events: GridEvents;
  readonly #head = element('div', { class: 'head', role: 'row', 'aria-rowindex': 1 });
  readonly #space = element('div', { class: 'space', role: 'rowgroup' });
  readonly #widths = new ColumnWidths();
  #columns: readonly PanelColumn[] = [];
  #first = 0;
  #end = 0;
  #from = 0;
  #rows: readonly PanelRow[] = [];
  #pool: HTMLElement[] = [];
  #follow = true;
  /** The row that keys act on. */
  #active: number | undefined;
  #asked = '';
  #drawing = false;
  /** Where we have scrolled to: a scroll event from elsewhere is the user's. */
  #scrolledTo = 0;

  constructor(events: GridEvents) {
    this.#events = events;
    this.element.append(this.#head, this.#space);
    this.element.addEventListener('scroll', () => this.#scrolled());
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.#space.addEventListener('mousedown', (event) => this.#click(event));
    this.#space.addEventListener('dblclick', () => this.#open());
    this.#space.addEventListener('mouseover', ({ target }) => explainCut(target));
    new ResizeObserver(() => {
      if (this.#follow) this.#scrollToEnd();
      this.#draw();
      this.ask();
    }).observe(this.element);
  }

  get follow(): boolean {
    return this.#follow;
  }

  set follow(follow: boolean) {
    if (follow) this.#scrollToEnd();
    this.#setFollow(follow);
  }

  get active(): number | undefined {
    return this.#active;
  }

  /** Rows of the view that the extension has. */
  get count(): number {
    return this.#end - this.#first;
  }

  get empty(): boolean {
    return this.#end === this.#first;
  }

  focus(): void {
    this.element.focus();
  }

  /** Everything begins anew: rows have other numbers and columns. */
  setColumns(columns: readonly PanelColumn[]): void {
    this.#columns = columns;
    this.#widths.setColumns(columns);
    this.#rows = [];
    this.#first = this.#end = this.#from = 0;
    this.#active = undefined;
    this.#asked = '';
    this.#head.replaceChildren(...columns.map((column, i) => this.#header(column, i)));
    setAttributes(this.element, { 'aria-colcount': columns.length });
    this.#pool = [];
    this.#space.replaceChildren();
    this.#applyWidths();
    this.#draw();
    this.ask(true);
  }

  setSlice({ first, end, from, rows }: Slice): void {
    const dropped = first - this.#first;
    this.#first = first;
    this.#end = end;
    if (rows.length > 0 || from >= end) {
      this.#from = from;
      this.#rows = rows;
      if (this.#widths.see(rows)) this.#applyWidths();
    }
    setAttributes(this.element, { 'aria-rowcount': end - first + 1 });
    this.#space.style.height = `${(end - first) * ROW_HEIGHT}px`;
    if (this.#follow) this.#scrollToEnd();
    else if (dropped > 0) this.#scrollTo(this.element.scrollTop - dropped * ROW_HEIGHT);
    this.#draw();
    this.ask();
  }

  /** Tells the extension what is in sight, unless it knows. */
  ask(anew = false): void {
    const from = Math.max(this.#first, this.#top - AROUND);
    const count = this.#visible + 2 * AROUND;
    const asked = `${this.#follow ? 'end' : from} ${count}`;
    const known =
      this.#from <= Math.max(this.#first, this.#top) &&
      this.#from + this.#rows.length >= Math.min(this.#end, this.#top + this.#visible);
    if (!anew && (asked === this.#asked || (known && !this.#follow))) return;
    this.#asked = asked;
    this.#events.view(from, count, this.#follow);
  }

  /** The number of the first row in sight. */
  get #top(): number {
    return this.#first + Math.floor(this.element.scrollTop / ROW_HEIGHT);
  }

  /** So many rows fit. */
  get #visible(): number {
    return Math.max(1, Math.ceil((this.element.clientHeight - ROW_HEIGHT) / ROW_HEIGHT) + 1);
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (Math.abs(scrollTop - this.#scrolledTo) >= 1) {
      this.#scrolledTo = scrollTop;
      this.#setFollow(scrollHeight - clientHeight - scrollTop < ROW_HEIGHT / 2);
    }
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#draw();
      this.ask();
    });
  }

  #scrollToEnd(): void {
    this.#scrollTo(this.element.scrollHeight);
  }

  #scrollTo(top: number): void {
    this.element.scrollTop = top;
    this.#scrolledTo = this.element.scrollTop;
  }

  #setFollow(follow: boolean): void {
    if (follow === this.#follow) return;
    this.#follow = follow;
    this.#events.followChanged(follow);
    this.ask(true);
  }

  #draw(): void {
    const from = Math.max(this.#first, this.#top - 2);
    const to = Math.min(this.#end, this.#top + this.#visible + 2);
    const wanted = Math.max(0, to - from);
    while (this.#pool.length < wanted) {
      const row = element('div', { class: 'row', role: 'row' });
      this.#pool.push(row);
      this.#space.append(row);
    }
    this.#pool.forEach((row, i) => {
      row.hidden = i >= wanted;
      if (i < wanted) this.#fill(row, from + i);
    });
    const inSight = this.#active !== undefined && this.#active >= from && this.#active < to;
    setAttributes(this.element, { 'aria-activedescendant': inSight ? `row-${this.#active}` : undefined });
  }

  #fill(row: HTMLElement, index: number): void {
    const { cells = [], marker } = this.#rows[index - this.#from] ?? {};
    const active = index === this.#active;
    setAttributes(row, {
      id: `row-${index}`,
      'aria-rowindex': index - this.#first + 2,
      'aria-selected': active,
      class: `row${active ? ' active' : ''}${index % 2 === 0 ? ' even' : ''}${marker === undefined ? '' : ' marker'}`,
    });
    row.style.transform = `translateY(${(index - this.#first) * ROW_HEIGHT}px)`;
    const shown = marker === undefined ? this.#columns.map((_, i) => cells[i] ?? '') : [marker];
    while (row.children.length > shown.length) row.lastElementChild?.remove();
    shown.forEach((text, i) => {
      let cell = row.children[i];
      if (cell === undefined) {
        cell = element('div', { role: 'gridcell' });
        row.append(cell);
      }
      setAttributes(cell, {
        class: marker === undefined && this.#columns[i]?.numeric ? 'number' : undefined,
        'aria-colspan': marker === undefined ? undefined : this.#columns.length,
      });
      setText(cell, text);
    });
  }

  #header({ title, detail, numeric }: PanelColumn, index: number): HTMLElement {
    const handle = element('div', { class: 'handle', 'aria-hidden': 'true' });
    const header = element(
      'div',
      {
        role: 'columnheader',
        class: numeric ? 'number' : undefined,
        title: detail === '' ? undefined : `${detail} ${title}`,
      },
      element('span', {}, title),
      handle,
    );
    handle.addEventListener('pointerdown', (down) => {
      down.preventDefault();
      handle.setPointerCapture(down.pointerId);
      const width = header.getBoundingClientRect().width;
      handle.onpointermove = (move) => {
        this.#widths.draw(index, width + move.clientX - down.clientX);
        this.#applyWidths();
      };
      handle.onlostpointercapture = () => (handle.onpointermove = null);
    });
    handle.addEventListener('dblclick', () => {
      this.#widths.reset(index);
      this.#applyWidths();
    });
    return header;
  }

  #applyWidths(): void {
    this.element.style.setProperty('--columns', this.#widths.template);
  }

  #click({ target }: MouseEvent): void {
    const row = target instanceof Element ? target.closest('.row') : null;
    if (row) this.#activate(Number(row.id.slice('row-'.length)));
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, this.#visible - 2);
    const active = this.#active ?? (this.#follow ? this.#end : this.#top - 1);
    const copies = event.key === 'c' && (event.ctrlKey || event.metaKey);
    if ((event.ctrlKey || event.metaKey || event.altKey) && !copies) return;
    switch (event.key) {
      case 'ArrowDown':
        this.#activate(active + 1);
        break;
      case 'ArrowUp':
        this.#activate(active - 1);
        break;
      case 'PageDown':
        this.#activate(active + page);
        break;
      case 'PageUp':
        this.#activate(active - page);
        break;
      case 'Home':
        this.#activate(this.#first);
        break;
      case 'End':
        this.#activate(this.#end - 1);
        this.follow = true;
        break;
      case 'Enter':
        this.#open();
        break;
      case 'c':
        // What the user has selected with the mouse is copied as it is everywhere.
        if (!copies || !getSelection()?.isCollapsed) return;
        this.#copy();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** Makes a row the one that keys act on, and brings it into sight. */
  #activate(index: number): void {
    if (this.empty) return;
    const active = Math.min(Math.max(index, this.#first), this.#end - 1);
    this.#active = active;
    const top = (active - this.#first) * ROW_HEIGHT;
    const room = this.element.clientHeight - 2 * ROW_HEIGHT;
    const { scrollTop } = this.element;
    if (top < scrollTop) this.#scrollTo(top);
    else if (top > scrollTop + room) this.#scrollTo(top - room);
    // Who looks at a row does not want it to run away.
    this.#setFollow(false);
    this.#draw();
    this.ask();
  }

  #open(): void {
    if (this.#active !== undefined) this.#events.open(this.#active);
  }

  #copy(): void {
    const row = this.#active === undefined ? undefined : this.#rows[this.#active - this.#from];
    if (row) void navigator.clipboard.writeText(row.marker ?? row.cells.join('\t'));
  }
}

/** A cell that is cut says all of it when the mouse rests on it. */
function explainCut(target: EventTarget | null): void {
  if (!(target instanceof HTMLElement) || target.getAttribute('role') !== 'gridcell') return;
  const cut = target.scrollWidth > target.clientWidth;
  setAttributes(target, { title: cut ? target.textContent : undefined });
}
