/** `run --format table`: events in columns on stdout, everything else on stderr. */
import { styleText } from 'node:util';
import { ByteSource } from '#core/decode/source';
import type { RecordDecoder } from '#core/decode/record-decoder';
import type { RunEventOf } from '#runner/model';
import { Columns } from './columns';
import type { Heading } from './columns';
import { explanationText } from './explanation';
import { failureText } from './failure';
import { Failures, Objects } from './run-output';
import type { OutputContext, RunOutput } from './run-output';

export function table(context: OutputContext): RunOutput {
  const { out, err, decoders, maps, several, drawing } = context;
  const { colour } = drawing;
  const objects = new Objects();
  const failures = new Failures();
  const tables = new Map<RecordDecoder, Columns>();
  let current: Columns | undefined;
  const wanted = (map: string) => maps.length === 0 || maps.includes(map);
  const before: readonly Heading[] = [
    { name: 'time', numeric: false },
    ...(several ? [{ name: 'host', numeric: false }] : []),
  ];

  /** The columns for records of a type; its head is printed again when another one was in between. */
  function columnsOf(decoder: RecordDecoder): { columns: Columns; head: string } {
    const columns = tables.get(decoder) ?? new Columns([...before, ...decoder.columns]);
    tables.set(decoder, columns);
    const head = current === columns ? '' : columns.head();
    current = columns;
    return { columns, head };
  }

  function records(event: RunEventOf<'records'>): void {
    const formats = decoders(objects.of(event)).records(event.map.name);
    const source = new ByteSource(event.records.bytes);
    let text = '';
    for (const { time, at, end } of event.records) {
      const decoder = formats.decoder(end - at);
      const { columns, head } = columnsOf(decoder);
      const cells = decoder.columns.map((_, column) => decoder.text(column, source, at, end));
      text += head + columns.row([clock(time), ...(several ? [event.host] : []), ...cells]);
    }
    out(text);
  }

  function entries(event: RunEventOf<'map'>): void {
    const decoder = decoders(objects.of(event)).entries(event.map);
    const rows = decoder.rows(event.entries).map(({ cells }) => cells);
    const columns = new Columns(decoder.columns);
    // Widths first: here all rows are known.
    for (const cells of rows) columns.row(cells);
    const more = event.truncated ? 'and more\n' : '';
    out(`${several ? `${event.host}: ` : ''}${event.map.name}\n${columns.head()}`);
    out(`${rows.map((cells) => columns.row(cells)).join('')}${more}\n`);
    current = undefined;
  }

  const warn = (text: string) => err(`${colour ? styleText(['bold', 'yellow'], text) : text}\n`);

  return {
    event(event, explanations) {
      const { host } = event;
      const failed = failures.of(event);
      if (failed && explanations.length > 0) {
        for (const one of explanations) err(explanationText(one, { ...drawing, host }));
      } else if (failed) err(failureText(host, failed.failure, colour));
      if (event.type === 'built') objects.keep(event);
      else if (event.type === 'records') {
        if (wanted(event.map.name)) records(event);
      } else if (event.type === 'map') {
        if (wanted(event.map.name)) entries(event);
      } else if (event.type === 'lost') warn(`${host}: ${lostText(event)}`);
      else if (event.type === 'printk') err(`${host}: ${event.comm}-${event.pid}: ${event.text}\n`);
      else if (event.type === 'notice') err(`${host}: ${event.message}\n`);
      else if (event.type === 'stats') err(statsText(event));
      else if (event.type === 'step') err(stepText(event));
    },
  };
}

function lostText({ source, name, count }: RunEventOf<'lost'>): string {
  return source === 'full'
    ? `the ring buffer ${name} was full ${count} times: records are lost, how many is not known`
    : `${count} records lost (${name})`;
}

function statsText({ host, programs }: RunEventOf<'stats'>): string {
  return programs
    .map(({ name, runs, nanoseconds }) => {
      const average = runs === 0 ? 0 : nanoseconds / runs;
      return `${host}: ${name} ran ${runs} times, ${average.toFixed(0)} ns on average\n`;
    })
    .join('');
}

function stepText(event: RunEventOf<'step'>): string {
  const { host, step } = event;
  if (step === 'stream') {
    return event.state === 'started' ? `${host}: running; Ctrl-C stops\n` : '';
  }
  if (event.state !== 'done' || step === 'stop') return '';
  const detail = event.detail === undefined ? '' : ` (${event.detail})`;
  return `${host}: ${step}${detail} ${event.milliseconds.toFixed(0)} ms\n`;
}

/** Local time to the millisecond. */
function clock(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
