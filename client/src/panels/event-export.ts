/** The rows of the view as a file, line by line. */
import type { EventLayout, LayoutRow } from './event-layout';
import { isoTime } from './time';

export type ExportFormat = 'csv' | 'jsonl';

/** Lines with their ends. JSON lines are those of `ebpf-workbench run --format jsonl`. */
export function* exportLines(
  format: ExportFormat,
  layout: EventLayout,
  rows: Iterable<LayoutRow>,
): Generator<string> {
  if (format === 'csv') yield csvLine(layout.columns.map(({ title }) => title));
  for (const row of rows) {
    if (row.marker === undefined) yield format === 'csv' ? csvRow(layout, row) : jsonLine(row);
  }
}

function jsonLine(row: LayoutRow): string {
  const { host, map } = row.source;
  const event = { type: 'event', host, map, cpu: row.cpu, time: row.time, data: row.json() };
  return `${JSON.stringify(event)}\n`;
}

/** Numbers as numbers, so that a spreadsheet can reckon with them. */
function csvRow(layout: EventLayout, row: LayoutRow): string {
  return csvLine(
    layout.columns.map(({ kind, numeric }, column) => {
      if (kind === 'time') return isoTime(row.time);
      if (kind === 'cpu' && row.cpu < 0) return '';
      if (!numeric) return harmless(row.text(column));
      const value = row.value(column);
      return value === null || typeof value === 'object' ? '' : String(value);
    }),
  );
}

/** RFC 4180. */
function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\r\n`;
}

/** Text that a spreadsheet would take for a formula is the host's, not the user's. */
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
