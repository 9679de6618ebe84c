/**
 * The filter box: words that all must be there. `chmod` anywhere in a row, `"two words"`, `comm:bash` in one column,
 * `pid>1000`, and with a minus what must not be there: `-comm:bash`. Letters match whatever their case.
 */
import type { Json } from '#core/decode/json';

export interface FilterTerm {
  readonly negated: boolean;
  /** Index of a column; undefined for all. */
  readonly column: number | undefined;
  readonly operator: ':' | '>' | '<' | '>=' | '<=';
  /** In lower case. */
  readonly value: string;
}

/** What a filter asks of a row. */
export interface FilteredRow {
  text(column: number): string;
  value(column: number): Json;
}

export interface FilterColumn {
  readonly name: string;
  readonly numeric: boolean;
  /** Whether a word without a column is looked for here too. */
  readonly searched: boolean;
}

const TERM = /(-|!)?(?:([\w.]+)(:|>=|<=|>|<))?(?:"([^"]*)"?|(\S+))/g;

/** The terms of a filter. What names no column that there is, is text: `10:31`, `fe80::1`. */
export function parseFilter(text: string, columns: readonly FilterColumn[]): readonly FilterTerm[] {
  return Array.from(text.matchAll(TERM), ([whole, minus, name, operator, quoted, word]): FilterTerm => {
    const negated = minus !== undefined;
    const value = (quoted ?? word ?? '').toLowerCase();
    const column = name === undefined ? undefined : findColumn(columns, name);
    if (column !== undefined) return { negated, column, operator: operator as FilterTerm['operator'], value };
    // `-` and `pid:` on the way to `-pid:1` ask for nothing yet.
    const unfinished = /^([\w.]+)(?::|>=?|<=?)$/.exec(value)?.[1];
    const ignored =
      /^[-!]$/.test(value) || (unfinished !== undefined && findColumn(columns, unfinished) !== undefined);
    const all = (negated ? whole.slice(1) : whole).replaceAll('"', '').toLowerCase();
    return { negated, column: undefined, operator: ':', value: ignored ? '' : all };
  }).filter(({ value }) => value !== '');
}

/** The column of this name, else the one that ends in it: `saddr` for `key.saddr`. */
function findColumn(columns: readonly FilterColumn[], name: string): number | undefined {
  const wanted = name.toLowerCase();
  const exact = columns.findIndex((column) => column.name.toLowerCase() === wanted);
  const last = columns.findIndex((column) => column.name.toLowerCase().endsWith(`.${wanted}`));
  const found = exact >= 0 ? exact : last;
  return found >= 0 ? found : undefined;
}

/** A test for rows; undefined for a filter that lets everything through. */
export function compileFilter(
  text: string,
  columns: readonly FilterColumn[],
): ((row: FilteredRow) => boolean) | undefined {
  const tests = parseFilter(text, columns).map((term) => {
    const test = compileTerm(term, columns);
    return term.negated ? (row: FilteredRow) => !test(row) : test;
  });
  return tests.length === 0 ? undefined : (row) => tests.every((test) => test(row));
}

function compileTerm({ column, operator, value }: FilterTerm, columns: readonly FilterColumn[]) {
  if (column === undefined) {
    const searched = columns.flatMap((one, index) => (one.searched ? [index] : []));
    return (row: FilteredRow) => searched.some((index) => includes(row.text(index), value));
  }
  if (operator !== ':') return compare(column, operator, value);
  if (columns[column]?.numeric && /\d/.test(value)) {
    // A number is looked for as a whole: pid:12 is not 312. As it is shown, or as it is.
    return (row: FilteredRow) => {
      const json = row.value(column);
      const words = row.text(column).toLowerCase().split(' ');
      return words.includes(value) || (typeof json !== 'object' && String(json) === value);
    };
  }
  return (row: FilteredRow) => includes(row.text(column), value);
}

function includes(text: string, value: string): boolean {
  return text.toLowerCase().includes(value);
}

function compare(column: number, operator: FilterTerm['operator'], text: string) {
  const limit = Number(text);
  return (row: FilteredRow) => {
    const json = row.value(column);
    if (json === null || json === '' || typeof json === 'object') return false;
    const value = Number(json);
    switch (operator) {
      case '>':
        return value > limit;
      case '>=':
        return value >= limit;
      case '<':
        return value < limit;
      default:
        return value <= limit;
    }
  };
}
