/** Text in aligned columns that grow as rows come: a live table cannot wait for its widest row. */

export interface Heading {
  readonly name: string;
  /** Numbers stand on the right. */
  readonly numeric: boolean;
}

/** No column is widened beyond it; a longer text pushes the rest of its row. */
const widest = 48;

/** Characters; those that a terminal shows in two columns count as one. */
function lengthOf(cell: string): number {
  return Array.from(cell).length;
}

export class Columns {
  readonly #headings: readonly Heading[];
  readonly #widths: number[];

  constructor(headings: readonly Heading[]) {
    this.#headings = headings;
    this.#widths = headings.map(({ name }) => name.length);
  }

  head(): string {
    return this.#line(this.#headings.map(({ name }) => name.toUpperCase()));
  }

  /** One cell per heading. */
  row(cells: readonly string[]): string {
    cells.forEach((cell, i) => {
      const width = Math.min(lengthOf(cell), widest);
      if (width > (this.#widths[i] ?? 0)) this.#widths[i] = width;
    });
    return this.#line(cells);
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((cell, i) => {
      const gap = ' '.repeat(Math.max(0, (this.#widths[i] ?? 0) - lengthOf(cell)));
      return this.#headings[i]?.numeric === true ? gap + cell : cell + gap;
    });
    return `${padded.join('  ').trimEnd()}\n`;
  }
}
