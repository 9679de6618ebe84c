/** A run whose events a test can look back on and wait for. */
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { onTestFinished } from 'vitest';
import { recordFormats } from '#core/decode/record-formats';
import { ByteSource } from '#core/decode/source';
import { readBpfObject } from '#core/elf/bpf-object';
import { startRun } from '#runner/run/start-run';
import type { HostOutcome, RunEvent, RunEventOf, RunOptions, RunSession, StepName } from '#runner/model';
import { usualPlaces } from './installation';
import { recordedUi } from './ui';

/** A record of the program, decoded, and the host that it came from. */
export type Row = Readonly<Record<string, unknown>>;
interface HostRow {
  readonly host: string;
  readonly row: Row;
}

export interface TestRun {
  readonly session: RunSession;
  /** So far. */
  readonly events: readonly RunEvent[];
  /** The first event that is so, if need be in the future; rejects where the run ends without one. */
  until<T extends RunEvent>(is: (event: RunEvent) => event is T): Promise<T>;
  /** The first decoded record that is so. */
  record(is: (row: Row, host: string) => boolean): Promise<Row>;
  running(host?: string): Promise<unknown>;
  began(step: StepName): Promise<unknown>;
  /** Waits for the end. */
  outcomes(): Promise<readonly HostOutcome[]>;
}

export type TestRunOptions = Pick<RunOptions, 'targets' | 'source'> & Partial<RunOptions>;

/** Stopped when the test ends, whatever happened. */
export function openRun(options: TestRunOptions): TestRun {
  const session = startRun({ ui: recordedUi(), places: usualPlaces, ...options });
  onTestFinished(() => session.stop());
  const events: RunEvent[] = [];
  const records: HostRow[] = [];
  const news = new EventEmitter().setMaxListeners(100);
  let over = false;

  async function read(): Promise<void> {
    const objects = new Map<string, Uint8Array>();
    for await (const event of session.events) {
      events.push(event);
      const { host } = event;
      if (event.type === 'built') objects.set(host, event.object);
      const object = objects.get(host);
      if (event.type === 'records' && object)
        records.push(...decode(object, event).map((row) => ({ host, row })));
      news.emit('news');
    }
    over = true;
    news.emit('news');
  }
  void read();

  async function first<T>(list: readonly T[], is: (item: T) => boolean): Promise<T> {
    for (;;) {
      const found = list.find(is);
      if (found) return found;
      if (over) throw new Error(`the run is over:\n${events.map(eventText).join('\n')}`);
      await once(news, 'news');
    }
  }

  const until: TestRun['until'] = async (is) => {
    const event = await first(events, is);
    if (is(event)) return event;
    throw new Error('not what was looked for');
  };
  return {
    session,
    events,
    until,
    record: async (is) => (await first(records, ({ row, host }) => is(row, host))).row,
    running: (host) =>
      until(
        (event): event is RunEventOf<'state'> =>
          event.type === 'state' && event.state === 'running' && (host ?? event.host) === event.host,
      ),
    began: (step) =>
      until(
        (event): event is RunEventOf<'step'> =>
          event.type === 'step' && event.step === step && event.state === 'started',
      ),
    outcomes: () => session.done,
  };
}

function eventText(event: RunEvent): string {
  return JSON.stringify(event, (_, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes` : value,
  ).slice(0, 500);
}

function decode(object: Uint8Array, { map, records }: RunEventOf<'records'>): Row[] {
  const formats = recordFormats(readBpfObject(object).value).get(map.name);
  const source = new ByteSource(records.bytes);
  return Array.from(records, ({ at, end }) => formats?.decoder(end - at).json(source, at, end) as Row);
}
