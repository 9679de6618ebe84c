/**
 * All events with the columns to show them in and the filter that picks them. Whatever changes what a row looks like or
 * which number it has starts a new generation.
 */
import { RecordFormats } from '#core/decode/record-formats';
import type { PanelRow } from '#core/messages/events-panel';
import { exportLines, type ExportFormat } from './event-export';
import { compileFilter } from './event-filter';
import { EventLayout, type EventSource, type LayoutRow } from './event-layout';
import { EventStore, type StoredRow, type StoreLimits } from './event-store';
import type { ArrivedRecords } from './segment';

export class EventLog {
  readonly store: EventStore;
  #sources: EventSource[] = [];
  #layout: EventLayout;
  #generation = 0;
  #stale = false;
  #cpus = false;
  #filter = '';
  #map: string | undefined;

  constructor(limits?: StoreLimits) {
    this.store = new EventStore(limits);
    this.#layout = this.#makeLayout();
  }

  get generation(): number {
    return this.#generation;
  }

  get map(): string | undefined {
    return this.#map;
  }

  /** Of everything that is kept, in order of appearance. */
  get maps(): readonly string[] {
    return [...new Set(this.#sources.flatMap(({ map, marker }) => (marker === undefined ? [map] : [])))];
  }

  get sources(): readonly EventSource[] {
    return this.#sources;
  }

  get layout(): EventLayout {
    if (this.#stale) this.#renew();
    return this.#layout;
  }

  /** The number of a new source of events, for `append`. */
  addSource(source: EventSource): number {
    this.#stale = true;
    return this.#sources.push(source) - 1;
  }

  append(source: number, records: ArrivedRecords): void {
    const formats = this.#sources[source]?.formats;
    const { bytes } = records;
    for (const record of records) {
      this.store.add(source, bytes, record);
      if (formats && !this.#layout.has(formats.decoder(record.end - record.at))) this.#stale = true;
      if (record.cpu >= 0 && !this.#cpus) this.#cpus = this.#stale = true;
    }
  }

  /** A line between what was before and what comes. */
  mark(marker: string, time: number): void {
    if (this.#sources.length === 0) return;
    const source = this.addSource({ host: '', map: '', formats: new RecordFormats('', [], true), marker });
    this.store.add(source, new Uint8Array(0), { cpu: -1, time, at: 0, end: 0 });
  }

  /** Types are known better now: of all that is kept, too. */
  retype(formatsOf: (source: EventSource) => RecordFormats | undefined): void {
    for (const source of this.#sources) source.formats = formatsOf(source) ?? source.formats;
    this.#stale = true;
  }

  setFilter(text: string): void {
    this.#filter = text;
    this.#stale = true;
  }

  setMap(map: string | undefined): void {
    this.#map = map;
    this.#stale = true;
  }

  /** Forgets all events. Sources that are still running stay. */
  clear(): void {
    this.store.clear();
    this.#stale = true;
  }

  /** Looks at so many rows that the filter has not seen. Says whether all are seen. */
  scan(limit: number): boolean {
    if (this.#stale) this.#renew();
    return this.store.scan(limit);
  }

  rows(from: number, to: number): readonly PanelRow[] {
    return [...layoutRows(this.layout, this.store.rows(from, to))].map((row) =>
      row.marker === undefined ? { cells: row.cells() } : { cells: [], marker: row.marker },
    );
  }

  row(index: number): LayoutRow | undefined {
    const [row] = layoutRows(this.layout, this.store.rows(index, index + 1));
    return row;
  }

  /** All rows of the view as they are now, for a file. */
  lines(format: ExportFormat): Generator<string> {
    this.scan(Infinity);
    return exportLines(format, this.layout, layoutRows(this.layout, this.store.snapshot()));
  }

  #renew(): void {
    this.#stale = false;
    this.#generation++;
    const layout = (this.#layout = this.#makeLayout());
    const test = compileFilter(this.#filter, layout.columns);
    const map = this.#map;
    if (test === undefined && map === undefined) {
      this.store.setFilter(undefined);
      return;
    }
    this.store.setFilter((segment, index) => {
      const row = layout.row(segment, index);
      if (row === undefined) return false;
      if (row.marker !== undefined) return test === undefined;
      return (map === undefined || row.source.map === map) && (test === undefined || test(row));
    });
  }

  #makeLayout(): EventLayout {
    return new EventLayout({ sources: this.#sources, map: this.#map, cpus: this.#cpus });
  }
}

function* layoutRows(layout: EventLayout, rows: Iterable<StoredRow>): Generator<LayoutRow, void> {
  for (const { segment, row } of rows) {
    const found = layout.row(segment, row);
    if (found) yield found;
  }
}
