/** The columns of the events table: what is known of every event, then the members of all record types that are shown. */
import type { Json } from '#core/decode/json';
import type { RecordDecoder } from '#core/decode/record-decoder';
import type { RecordFormats } from '#core/decode/record-formats';
import type { PanelColumn } from '#core/messages/events-panel';
import type { FilterColumn, FilteredRow } from './event-filter';
import type { Segment } from './segment';
import { timeOfDay } from './time';

/** Where events come from: one map of one run on one host. Or the line between two runs. */
export interface EventSource {
  readonly host: string;
  readonly map: string;
  /** Decodes its records. Replaced when the user says what type they have. */
  formats: RecordFormats;
  readonly marker?: string;
}

export interface LayoutOptions {
  readonly sources: readonly EventSource[];
  /** Records of this map alone. */
  readonly map: string | undefined;
  /** Whether a CPU was ever known: those of perf buffers are. */
  readonly cpus: boolean;
}

type LayoutColumn = PanelColumn &
  FilterColumn & { readonly kind: 'time' | 'host' | 'cpu' | 'map' | 'type' | 'field' };

export class EventLayout {
  readonly columns: readonly LayoutColumn[];
  readonly #sources: readonly EventSource[];
  readonly #decoders: ReadonlySet<RecordDecoder>;
  /** Per record type: for each column of the table the member that it shows, or -1. */
  readonly #members = new Map<RecordDecoder, readonly number[]>();

  constructor({ sources, map, cpus }: LayoutOptions) {
    this.#sources = sources;
    const shown = sources.filter(
      (source) => source.marker === undefined && (map === undefined || source.map === map),
    );
    const decoders = new Set(shown.flatMap(({ formats }) => formats.decoders));
    const hosts = new Set(shown.map(({ host }) => host));
    const maps = new Set(shown.map((source) => source.map));
    const base: LayoutColumn[] = [plain('Time', 'time', false)];
    if (hosts.size > 1) base.push(plain('Host', 'host', true));
    if (maps.size > 1) base.push(plain('Map', 'map', true));
    if (decoders.size > maps.size) base.push(plain('Type', 'type', true));
    if (cpus) base.push({ ...plain('CPU', 'cpu', false), numeric: true });
    const fields = new Map<string, LayoutColumn>();
    for (const decoder of decoders) {
      for (const { name, type, numeric } of decoder.columns) {
        const known = fields.get(name);
        fields.set(name, {
          ...{ kind: 'field', name, title: name, searched: true },
          detail: known && known.detail !== type ? '' : type,
          numeric: numeric && (known?.numeric ?? true),
        });
      }
    }
    // A member wins over a column of ours with the same name where a filter names it.
    this.columns = [
      ...base.map((column) => ({
        ...column,
        name: fields.has(column.name) ? `@${column.name}` : column.name,
      })),
      ...fields.values(),
    ];
    this.#decoders = decoders;
  }

  /** Whether records of this type have all their columns. */
  has(decoder: RecordDecoder): boolean {
    return this.#decoders.has(decoder);
  }

  row(segment: Segment, row: number): LayoutRow | undefined {
    const source = this.#sources[segment.sources[row] ?? 0];
    if (source === undefined) return undefined;
    const decoder = source.formats.decoder(segment.end(row) - segment.start(row));
    return new LayoutRow(this.columns, this.#membersOf(decoder), source, decoder, segment, row);
  }

  #membersOf(decoder: RecordDecoder): readonly number[] {
    let members = this.#members.get(decoder);
    if (members === undefined) {
      members = this.columns.map(({ kind, title }) =>
        kind === 'field' ? decoder.columns.findIndex(({ name }) => name === title) : -1,
      );
      this.#members.set(decoder, members);
    }
    return members;
  }
}

function plain(title: string, kind: LayoutColumn['kind'], searched: boolean): LayoutColumn {
  return { kind, title, name: title.toLowerCase(), detail: '', numeric: false, searched };
}

/** One row, decoded cell by cell. */
export class LayoutRow implements FilteredRow {
  readonly source: EventSource;
  readonly decoder: RecordDecoder;
  readonly #columns: readonly LayoutColumn[];
  readonly #members: readonly number[];
  readonly #segment: Segment;
  readonly #row: number;

  constructor(
    columns: readonly LayoutColumn[],
    members: readonly number[],
    source: EventSource,
    decoder: RecordDecoder,
    segment: Segment,
    row: number,
  ) {
    this.source = source;
    this.decoder = decoder;
    this.#columns = columns;
    this.#members = members;
    this.#segment = segment;
    this.#row = row;
  }

  get marker(): string | undefined {
    return this.source.marker;
  }

  /** Milliseconds since 1970. */
  get time(): number {
    return this.#segment.times[this.#row] ?? 0;
  }

  get cpu(): number {
    return this.#segment.cpus[this.#row] ?? -1;
  }

  get bytes(): Uint8Array {
    return this.#segment.bytes.bytes.subarray(this.#segment.start(this.#row), this.#segment.end(this.#row));
  }

  json(): Json {
    const { bytes } = this.#segment;
    return this.decoder.json(bytes, this.#segment.start(this.#row), this.#segment.end(this.#row));
  }

  cells(): string[] {
    return this.#columns.map((_, column) => this.text(column));
  }

  /** All members, whether they have a column or not. */
  fields(): { readonly name: string; readonly detail: string; readonly text: string }[] {
    return this.decoder.columns.map(({ name, type }, member) => ({
      name,
      detail: type,
      text: this.#member(member),
    }));
  }

  text(column: number): string {
    switch (this.#columns[column]?.kind) {
      case 'field': {
        const member = this.#members[column] ?? -1;
        return member < 0 ? '' : this.#member(member);
      }
      case 'time':
        return timeOfDay(this.time);
      case 'host':
        return this.source.host;
      case 'map':
        return this.source.map;
      case 'type':
        return this.decoder.type;
      case 'cpu':
        return this.cpu < 0 ? '' : String(this.cpu);
      case undefined:
        return '';
    }
  }

  value(column: number): Json {
    const member = this.#members[column] ?? -1;
    if (this.#columns[column]?.kind === 'cpu') return this.cpu;
    if (member < 0) return this.text(column);
    const { bytes } = this.#segment;
    return this.decoder.value(member, bytes, this.#segment.start(this.#row), this.#segment.end(this.#row));
  }

  #member(member: number): string {
    const { bytes } = this.#segment;
    return this.decoder.text(member, bytes, this.#segment.start(this.#row), this.#segment.end(this.#row));
  }
}
