/** The model with a clock of our own: what the panel is told, and how often. */
import { describe, expect, it } from 'vitest';
import type { AgentMap } from '#core/agent/protocol';
import type { FromPanel, ToPanel } from '#core/messages/events-panel';
import { EventsModel } from '#client/panels/events-model';
import { batch, map, object, openedBatch } from './records';

type Of<T extends ToPanel['type']> = Extract<ToPanel, { type: T }>;

class Harness {
  readonly posted: ToPanel[] = [];
  readonly model: EventsModel;
  readonly saved: string[] = [];
  time = 1_000_000;
  #timers: { readonly at: number; readonly call: () => void }[] = [];

  constructor(limits?: { bytes: number; rows: number }) {
    this.model = new EventsModel(
      {
        post: (message) => this.posted.push(message),
        schedule: (milliseconds, call) => {
          const timer = { at: this.time + milliseconds, call };
          this.#timers.push(timer);
          return () => (this.#timers = this.#timers.filter((one) => one !== timer));
        },
        now: () => this.time,
        save: () => this.saved.push('save'),
        stop: () => this.saved.push('stop'),
      },
      limits,
    );
  }

  /** A panel that is open, and a program that is about to run. */
  static open(limits?: { bytes: number; rows: number }): Harness {
    const harness = new Harness(limits);
    harness.send({ type: 'ready', tab: 'events', filter: '' });
    harness.model.beginRun({ title: 'records.bpf.c', hosts: ['web1'] });
    harness.model.built('web1', object);
    harness.advance(1000);
    harness.posted.length = 0;
    return harness;
  }

  send(message: FromPanel): void {
    this.model.receive(message);
  }

  /** Lets time pass, and calls what is due meanwhile. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.time = Math.max(this.time, next.at);
      next.call();
    }
    this.time = end;
  }

  all<T extends ToPanel['type']>(type: T): Of<T>[] {
    return this.posted.filter((message): message is Of<T> => message.type === type);
  }

  last<T extends ToPanel['type']>(type: T): Of<T> {
    const message = this.all(type).at(-1);
    if (message === undefined) throw new Error(`no message ${type}`);
    return message;
  }
}

const pids = (rows: Of<'rows'>) => rows.rows.map(({ cells }) => Number(cells[2]));

describe('live rows', () => {
  it('follow the tail', () => {
    const harness = Harness.open();
    harness.send({ type: 'view', from: 0, count: 3, follow: true });
    harness.model.records('web1', map, openedBatch(0, 10));
    harness.advance(100);
    expect(harness.last('layout').columns.map(({ title }) => title)).toEqual([
      ...['Time', 'Type', 'pid', 'comm', 'path', 'ret'],
    ]);
    expect(harness.last('rows')).toMatchObject({ first: 0, end: 10, from: 7 });
    expect(pids(harness.last('rows'))).toEqual([7, 8, 9]);
    expect(harness.last('status')).toMatchObject({ received: 10, kept: 10, paused: null, lostCount: 0 });
  });

  it('come at most ten times a second, however many events there are', () => {
    const harness = Harness.open();
    // Adds the source, and with it the columns.
    harness.model.records('web1', map, openedBatch(0, 1));
    harness.advance(100);
    harness.posted.length = 0;
    for (let i = 0; i < 2000; i++) {
      harness.model.records('web1', map, openedBatch(i, 1));
      harness.advance(5);
    }
    for (const type of ['rows', 'status'] as const) {
      expect(harness.all(type).length).toBeLessThanOrEqual(101);
      expect(harness.all(type).length).toBeGreaterThan(90);
    }
  });

  it('are not sent again where the panel has them', () => {
    const harness = Harness.open();
    harness.model.records('web1', map, openedBatch(0, 100));
    harness.advance(100);
    harness.send({ type: 'view', from: 10, count: 5, follow: false });
    expect(pids(harness.last('rows'))).toEqual([10, 11, 12, 13, 14]);
    harness.model.records('web1', map, openedBatch(100, 100));
    harness.advance(200);
    expect(harness.last('rows')).toMatchObject({ end: 200, from: 10, rows: [] });
  });

  it('are not sent at all while nobody looks, and then all at once', () => {
    const harness = Harness.open();
    harness.model.setVisible(false);
    harness.model.records('web1', map, openedBatch(0, 10));
    harness.advance(5000);
    expect(harness.posted).toEqual([]);
    harness.model.setVisible(true);
    harness.advance(100);
    expect(harness.last('rows').end).toBe(10);
  });

  it('are looked for at once when the user scrolls', () => {
    const harness = Harness.open();
    harness.model.records('web1', map, openedBatch(0, 1000));
    harness.advance(100);
    harness.send({ type: 'view', from: 500, count: 2, follow: false });
    expect(pids(harness.last('rows'))).toEqual([500, 501]);
    harness.send({ type: 'view', from: 5000, count: 2, follow: false });
    expect(harness.last('rows')).toMatchObject({ from: 1000, rows: [] });
  });
});

describe('the filter', () => {
  it('starts the numbers anew, and goes on with what comes', () => {
    const harness = Harness.open();
    harness.model.records('web1', map, openedBatch(0, 100));
    harness.advance(100);
    const before = harness.last('layout').generation;
    harness.send({ type: 'filter', text: 'pid<3' });
    expect(harness.last('layout').generation).toBeGreaterThan(before);
    expect(pids(harness.last('rows'))).toEqual([0, 1, 2]);
    harness.model.records('web1', map, openedBatch(1, 100));
    harness.advance(200);
    expect(pids(harness.last('rows'))).toEqual([0, 1, 2, 1, 2]);
    expect(harness.last('status').received).toBe(200);
  });

  it('takes its time for many rows, in parts', () => {
    const harness = Harness.open();
    harness.model.records('web1', map, openedBatch(0, 30_000));
    harness.advance(100);
    harness.send({ type: 'filter', text: 'pid>=0' });
    expect(harness.last('status').scanning).toBe(true);
    expect(harness.last('rows').end).toBeLessThan(30_000);
    harness.advance(1000);
    expect(harness.last('status').scanning).toBe(false);
    expect(harness.last('rows').end).toBe(30_000);
  });
});

describe('pausing', () => {
  it('keeps the view, counts what waits, and shows it afterwards', () => {
    const harness = Harness.open();
    harness.model.records('web1', map, openedBatch(0, 10));
    harness.advance(100);
    harness.send({ type: 'pause', paused: true });
    harness.model.records('web1', map, openedBatch(10, 5));
    harness.advance(500);
    expect(harness.last('rows').end).toBe(10);
    expect(harness.last('status').paused).toEqual({ waiting: 5, skipped: 0 });
    harness.send({ type: 'pause', paused: false });
    expect(harness.last('rows').end).toBe(15);
    expect(harness.last('status').paused).toBeNull();
  });

  it('loses no row in sight, and says what had no room', () => {
    const harness = Harness.open({ bytes: 512 * 1024, rows: 1_000_000 });
    harness.model.records('web1', map, openedBatch(0, 100));
    harness.advance(100);
    harness.send({ type: 'pause', paused: true });
    harness.model.records('web1', map, openedBatch(100, 20_000));
    harness.send({ type: 'view', from: 0, count: 2, follow: false });
    harness.advance(100);
    expect(pids(harness.last('rows'))).toEqual([0, 1]);
    expect(harness.last('status').paused?.skipped).toBeGreaterThan(10_000);
  });
});

it('says what was lost, and how', () => {
  const harness = Harness.open();
  harness.model.lost({ host: 'web1', run: 1, source: 'counter', name: 'dropped', count: 1000 });
  harness.model.lost({ host: 'web1', run: 1, source: 'counter', name: 'dropped', count: 1234 });
  harness.model.lost({ host: 'web1', run: 1, source: 'perf', name: 'samples', count: 6 });
  harness.model.lost({ host: 'web1', run: 1, source: 'full', name: 'events', count: 3 });
  harness.advance(200);
  const { lost, lostCount } = harness.last('status');
  expect(lostCount).toBe(1240);
  expect(lost).toHaveLength(3);
  expect(lost[0]).toContain('1,234 records');
  expect(lost[2]).toContain('not known');
});

it('keeps events over runs, with a line between them', () => {
  const harness = Harness.open();
  harness.model.records('web1', map, openedBatch(0, 2));
  harness.model.lost({ host: 'web1', run: 1, source: 'perf', name: 'x', count: 1 });
  harness.model.beginRun({ title: 'again.bpf.c', hosts: ['web1'] });
  harness.model.built('web1', object);
  harness.model.records('web1', map, openedBatch(5, 1));
  harness.advance(200);
  const { rows } = harness.last('rows');
  expect(rows.map(({ marker, cells }) => marker ?? cells[2])).toEqual([
    '0',
    '1',
    expect.stringContaining('again.bpf.c · web1') as unknown,
    '5',
  ]);
  expect(harness.last('status')).toMatchObject({ lost: [], received: 4 });
});

it('lets the user say which type records have, also of those that are there', () => {
  const harness = Harness.open();
  harness.model.records('web1', 'hidden', batch([Uint8Array.of(1, 0, 0, 0, 0xaa, 0xbb, 0, 0)]));
  harness.advance(200);
  expect(harness.last('layout').choices).toEqual([
    { map: 'hidden', size: null, chosen: 'struct flow', names: ['struct flow', 'struct tail'] },
  ]);
  harness.send({ type: 'recordType', map: 'hidden', size: null, name: 'struct tail' });
  expect(harness.last('layout').columns.map(({ title }) => title)).toEqual(['Time', 'length', 'data']);
  expect(harness.last('rows').rows[0]?.cells.slice(1)).toEqual(['1', 'aabb0000']);
  expect(harness.last('layout').choices[0]?.chosen).toBe('struct tail');
});

it('shows all of a row', () => {
  const harness = Harness.open();
  harness.model.records('web1', map, openedBatch(7, 1));
  harness.advance(100);
  harness.send({ type: 'details', index: 0 });
  const details = harness.last('details');
  expect(details.title).toBe('struct opened · events · web1');
  expect(details.fields[0]).toEqual({ name: 'pid', detail: '__u32', text: '7' });
  expect(JSON.parse(details.json)).toEqual({ pid: 7, comm: 'task-7', path: '' });
  expect(details.hex.split('\n')[0]).toBe(
    '00000000  07 00 00 00 74 61 73 6b  2d 37 00 00 00 00 00 00  |....task-7......|',
  );
});

describe('the other tabs', () => {
  const flows: AgentMap = {
    ...{
      index: 1,
      name: 'flows',
      kind: 'percpu_hash',
      keySize: 8,
      valueSize: 24,
      maxEntries: 10,
      internal: false,
    },
  };

  it('are sent when they are opened, and while they are', () => {
    const harness = Harness.open();
    const key = Uint8Array.of(10, 0, 0, 1, 0, 80, 0, 0);
    harness.model.dumped('web1', flows, [[key, new Uint8Array(48).fill(1, 0, 1).fill(2, 24, 25)]], true);
    harness.advance(500);
    expect(harness.all('maps')).toEqual([]);
    harness.send({ type: 'tab', tab: 'maps' });
    const [table] = harness.last('maps').tables;
    expect(table).toMatchObject({ title: 'flows', note: 'More entries are not shown.' });
    expect(table?.rows).toEqual([{ cells: ['10.0.0.1', '80', '3', '0', '0'] }]);
    harness.model.records('web1', map, openedBatch(0, 5));
    harness.advance(500);
    expect(harness.all('rows')).toEqual([]);
  });

  it('show programs with their run counts', () => {
    const harness = Harness.open();
    harness.send({ type: 'tab', tab: 'programs' });
    harness.model.program('web1', 'on_open', 'loaded', 'tp/syscalls/sys_enter_openat');
    harness.model.program('web1', 'on_open', 'attached');
    harness.model.stats('web1', [{ name: 'on_open', runs: 1000, nanoseconds: 1_500_000, missed: 0 }]);
    harness.advance(1000);
    harness.model.stats('web1', [{ name: 'on_open', runs: 3000, nanoseconds: 4_500_000, missed: 1 }]);
    harness.advance(200);
    const { table } = harness.last('programs');
    expect(table.rows).toEqual([
      {
        cells: [
          ...['on_open', 'tp/syscalls/sys_enter_openat', 'attached'],
          ...['3,000', '2,000', '1.5 µs', '4.5 ms', '1'],
        ],
      },
    ]);
  });
});

it('hands on what only the editor can do', () => {
  const harness = Harness.open();
  harness.send({ type: 'export' });
  harness.send({ type: 'stop' });
  expect(harness.saved).toEqual(['save', 'stop']);
});
