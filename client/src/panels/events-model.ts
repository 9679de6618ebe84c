/**
 * The events panel without a window: takes what runs say, keeps it, and tells the panel what it shows, at most ten
 * times a second. Knows no vscode; `EventsPanel` brings it into the editor.
 */
import type { FromPanel, PanelHost, PanelTab, ToPanel } from '#core/messages/events-panel';
import type { AgentMap } from '#core/agent/protocol';
import type { MapEntry } from '#core/decode/map-decoder';
import { RecordFormats } from '#core/decode/record-formats';
import type { RecordHints } from '#core/decode/record-types';
import { EventLog } from './event-log';
import type { StoreLimits } from './event-store';
import { hexDump } from './hex-dump';
import { Losses, type Loss } from './losses';
import { MapsTab } from './maps-tab';
import { ObjectTypes } from './object-types';
import { ProgramsTab, type ProgramStats } from './programs-tab';
import { Rate } from './rate';
import type { ArrivedRecords } from './segment';

/** What the model needs of the world. */
export interface ModelHost {
  post(message: ToPanel): void;
  /** Calls back once, after so many milliseconds. Returns what takes that back. */
  schedule(milliseconds: number, call: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  save(): void;
  stop(): void;
}

/** Between two messages about the same thing. */
const INTERVAL = 100;
/** Rows that are sent at once. */
const MAX_SLICE = 500;
/** Rows that a filter looks at before anybody else gets a turn: some ten milliseconds. */
const SCAN = 5000;

type Part = 'layout' | 'rows' | 'status' | 'maps' | 'programs';
const ALL_PARTS: readonly Part[] = ['layout', 'rows', 'status', 'maps', 'programs'];

export class EventsModel {
  readonly log: EventLog;
  readonly types = new ObjectTypes();
  readonly #host: ModelHost;
  readonly #maps = new MapsTab();
  readonly #programs = new ProgramsTab();
  readonly #losses = new Losses();
  readonly #rate = new Rate();
  #hosts = new Map<string, PanelHost>();
  #sources = new Map<string, number>();
  #changed = new Set<Part>();
  #visible = false;
  #tab: PanelTab = 'events';
  #view = { from: 0, count: 100, follow: true };
  #paused = false;
  /** Rows behind this one came while it was paused. Undefined until the filter has seen all. */
  #frozen: number | undefined;
  #cancel: (() => void) | undefined;
  #cancelScan: (() => void) | undefined;
  #cancelRate: (() => void) | undefined;
  #posted = -Infinity;
  #sent = { generation: -1, first: -1, end: -1, from: -1, to: -1 };

  constructor(host: ModelHost, limits?: StoreLimits) {
    this.#host = host;
    this.log = new EventLog(limits);
  }

  dispose(): void {
    this.#cancel?.();
    this.#cancelScan?.();
    this.#cancelRate?.();
  }

  /** A new run: what is on the tabs about programs begins anew, events stay. `hints`: what the source says about types. */
  beginRun(run: {
    readonly title: string;
    readonly hosts: readonly string[];
    readonly hints?: RecordHints;
  }): void {
    const now = this.#host.now();
    this.log.mark(`${new Date(now).toLocaleTimeString()} · ${run.title} · ${run.hosts.join(', ')}`, now);
    this.#sources = new Map();
    this.#hosts = new Map(run.hosts.map((host) => [host, { host, state: 'starting', detail: '' }]));
    this.#maps.clear();
    this.#programs.clear();
    this.#losses.clear();
    this.types.setHints(run.hints ?? new Map());
    this.#change(...ALL_PARTS);
  }

  /** The object that a host is about to load: with its debug information, which has the types of records. */
  built(host: string, object: Uint8Array): void {
    this.types.setObject(host, object);
    for (const key of this.#sources.keys()) if (key.startsWith(`${host}\0`)) this.#sources.delete(key);
    this.#change('layout');
  }

  records(host: string, map: string, records: ArrivedRecords): void {
    this.log.append(this.#source(host, map), records);
    this.#change('rows', 'status');
  }

  lost(loss: Loss): void {
    this.#losses.counted(loss);
    this.#change('status');
  }

  dumped(host: string, map: AgentMap, entries: readonly MapEntry[], truncated: boolean): void {
    const object = this.types.object(host);
    this.#maps.dumped({ host, map, object, entries, truncated, time: this.#host.now() });
    this.#change('maps');
  }

  program(host: string, name: string, state: string, section?: string): void {
    this.#programs.changed(host, name, state, section);
    this.#change('programs');
  }

  stats(host: string, programs: readonly ProgramStats[]): void {
    for (const program of programs) this.#programs.counted(host, program, this.#host.now());
    this.#change('programs');
  }

  state(host: string, state: PanelHost['state'], detail = ''): void {
    this.#hosts.set(host, { host, state, detail });
    this.#change('status');
  }

  /** While nobody looks, nothing is sent. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#change();
  }

  receive(message: FromPanel): void {
    switch (message.type) {
      case 'ready':
        this.#tab = message.tab;
        this.#sent.generation = -1;
        this.#visible = true;
        this.log.setFilter(message.filter);
        this.#change(...ALL_PARTS);
        break;
      case 'tab':
        this.#tab = message.tab;
        this.#change('rows', message.tab === 'events' ? 'status' : message.tab);
        this.#postNow();
        break;
      case 'view':
        this.#view = { ...message, count: Math.min(message.count, MAX_SLICE) };
        this.#postRows();
        break;
      case 'filter':
        this.log.setFilter(message.text);
        this.#restart();
        break;
      case 'map':
        this.log.setMap(message.map ?? undefined);
        this.#restart();
        break;
      case 'recordType':
        this.types.choose(message.map, message.size ?? undefined, message.name);
        this.log.retype(({ host, map }) => this.types.formats(host, map));
        this.#restart();
        break;
      case 'pause':
        this.#pause(message.paused);
        break;
      case 'clear':
        this.log.clear();
        this.#restart();
        break;
      case 'stop':
        this.#host.stop();
        break;
      case 'export':
        this.#host.save();
        break;
      case 'details':
        this.#postDetails(message.index);
        break;
    }
  }

  focusFilter(): void {
    this.#host.post({ type: 'focusFilter' });
  }

  #source(host: string, map: string): number {
    const key = `${host}\0${map}`;
    let source = this.#sources.get(key);
    if (source === undefined) {
      const formats = this.types.formats(host, map) ?? new RecordFormats(map, [], true);
      source = this.log.addSource({ host, map, formats });
      this.#sources.set(key, source);
      this.#change('layout');
    }
    return source;
  }

  #pause(paused: boolean): void {
    this.#paused = paused;
    this.log.store.hold(paused);
    this.#frozen = paused ? this.log.store.end : undefined;
    this.#change('rows', 'status');
    this.#postNow();
  }

  /** Rows have new numbers. */
  #restart(): void {
    this.#frozen = undefined;
    this.#change('layout', 'rows', 'status');
    this.#postNow();
  }

  #change(...parts: readonly Part[]): void {
    for (const part of parts) this.#changed.add(part);
    if (!this.#visible || this.#cancel !== undefined) return;
    const wait = Math.max(0, this.#posted + INTERVAL - this.#host.now());
    this.#cancel = this.#host.schedule(wait, () => {
      this.#cancel = undefined;
      this.#post();
    });
  }

  /** An answer to the user does not wait. */
  #postNow(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#visible) this.#post();
  }

  #post(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    this.#posted = this.#host.now();
    this.#scan();
    if (changed.has('layout') || this.#sent.generation !== this.log.generation) this.#postLayout();
    if (changed.has('rows')) this.#postRows();
    if (changed.has('status')) this.#postStatus();
    const severalHosts = this.#hosts.size > 1;
    if (this.#tab === 'maps' && changed.has('maps'))
      this.#host.post({ type: 'maps', tables: this.#maps.tables(severalHosts) });
    if (this.#tab === 'programs' && changed.has('programs'))
      this.#host.post({ type: 'programs', table: this.#programs.table(severalHosts) });
    // What is on a tab that nobody looks at is sent when it is opened.
    for (const part of ['maps', 'programs'] as const)
      if (this.#tab !== part && changed.has(part)) this.#changed.add(part);
  }

  /** Some rows now, the others when everybody else had a turn. */
  #scan(): void {
    if (this.log.scan(SCAN)) {
      if (this.#paused) this.#frozen ??= this.log.store.end;
      return;
    }
    this.#cancelScan ??= this.#host.schedule(0, () => {
      this.#cancelScan = undefined;
      if (!this.#visible) return;
      this.#scan();
      this.#change('rows', 'status');
    });
  }

  #postLayout(): void {
    const { layout, maps, map } = this.log;
    this.#sent = { generation: this.log.generation, first: -1, end: -1, from: -1, to: -1 };
    this.#host.post({
      type: 'layout',
      generation: this.log.generation,
      columns: layout.columns.map(({ title, detail, numeric }) => ({ title, detail, numeric })),
      maps,
      map: map ?? null,
      choices: this.types.choices().filter((choice) => maps.includes(choice.map)),
    });
    this.#changed.delete('layout');
    this.#postRows();
  }

  #postRows(): void {
    if (!this.#visible || this.#tab !== 'events' || this.#sent.generation !== this.log.generation) return;
    const { store, generation } = this.log;
    const { first } = store;
    const end = Math.max(first, Math.min(store.end, this.#frozen ?? Infinity));
    const { follow, count } = this.#view;
    const from = Math.max(first, follow ? end - count : Math.min(this.#view.from, end));
    const to = Math.min(from + count, end);
    const sent = this.#sent;
    const same = sent.from === from && sent.to === to;
    if (same && sent.first === first && sent.end === end) return;
    this.#sent = { generation, first, end, from, to };
    const rows = same ? [] : this.log.rows(from, to);
    this.#host.post({ type: 'rows', generation, first, end, from, rows });
  }

  #postStatus(): void {
    const { store } = this.log;
    const hosts = [...this.#hosts.values()];
    const waiting = Math.max(0, store.end - (this.#frozen ?? store.end));
    const rate = this.#rate.at(this.#host.now(), store.received);
    this.#host.post({
      type: 'status',
      hosts,
      received: store.received,
      kept: store.kept,
      rate,
      lost: this.#losses.sentences(hosts.length > 1),
      lostCount: this.#losses.count,
      paused: this.#paused ? { waiting, skipped: store.skipped } : null,
      scanning: this.#cancelScan !== undefined,
    });
    // A rate falls when nothing happens any more.
    if (rate > 0) {
      this.#cancelRate ??= this.#host.schedule(1000, () => {
        this.#cancelRate = undefined;
        this.#change('status');
      });
    }
  }

  #postDetails(index: number): void {
    const row = this.log.row(index);
    if (row === undefined || row.marker !== undefined) return;
    const { host, map } = row.source;
    this.#host.post({
      type: 'details',
      index,
      title: [row.decoder.type || `${row.bytes.length} bytes`, map, host].join(' · '),
      fields: row.fields(),
      hex: hexDump(row.bytes),
      json: JSON.stringify(row.json(), undefined, 2),
    });
  }
}
