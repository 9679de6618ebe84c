/** How wide columns are: as wide as what was seen in them, or as the user drew them. */
import type { PanelColumn, PanelRow } from '#core/messages/events-panel';

/** In characters. */
const WIDEST = 48;
const NARROWEST = 4;
/** Beside the text, in pixels. */
const PADDING = 16;

export class ColumnWidths {
  #columns: readonly PanelColumn[] = [];
  #characters: number[] = [];
  /** In pixels, by the title: a column that comes again is as it was. */
  readonly #drawn = new Map<string, number>();

  setColumns(columns: readonly PanelColumn[]): void {
    const before = new Map(this.#columns.map(({ title }, i) => [title, this.#characters[i] ?? 0]));
    this.#columns = columns;
    this.#characters = columns.map(({ title }) =>
      Math.max(NARROWEST, title.length + 1, before.get(title) ?? 0),
    );
  }

  /** Columns grow with what is seen, and never shrink. Says whether one did. */
  see(rows: readonly PanelRow[]): boolean {
    let grown = false;
    for (const { cells } of rows) {
      for (let i = 0; i < cells.length; i++) {
        const length = Math.min(WIDEST, cells[i]?.length ?? 0);
        if (length <= (this.#characters[i] ?? 0)) continue;
        this.#characters[i] = length;
        grown = true;
      }
    }
    return grown;
  }

  draw(column: number, pixels: number): void {
    const title = this.#columns[column]?.title;
    if (title !== undefined) this.#drawn.set(title, Math.max(24, Math.round(pixels)));
  }

  /** As wide as its text again. */
  reset(column: number): void {
    this.#drawn.delete(this.#columns[column]?.title ?? '');
  }

  /** For `grid-template-columns`. What is left over is the last column's. */
  get template(): string {
    return this.#columns
      .map(({ title }, i) => {
        const drawn = this.#drawn.get(title);
        const width =
          drawn === undefined ? `calc(${this.#characters[i] ?? 0}ch + ${PADDING}px)` : `${drawn}px`;
        return i === this.#columns.length - 1 ? `minmax(${width}, 1fr)` : width;
      })
      .join(' ');
  }
}
