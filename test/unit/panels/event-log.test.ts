import { describe, expect, it } from 'vitest';
import { EventLog } from '#client/panels/event-log';
import { recordFormats, RecordFormats } from '#core/decode/record-formats';
import { readBpfObject } from '#core/elf/bpf-object';
import { batch, map, object, openedBatch, openedBytes } from './records';

const formats = recordFormats(readBpfObject(object).value);

function formatsOf(name: string): RecordFormats {
  const found = formats.get(name);
  if (!found) throw new Error(`no map ${name}`);
  return found;
}

const titles = (log: EventLog) => log.layout.columns.map(({ title }) => title);
const cells = (log: EventLog) => {
  log.scan(Infinity);
  return log.rows(log.store.first, log.store.end).map((row) => row.marker ?? row.cells.slice(1).join(' '));
};

describe('columns', () => {
  it('are those of all types that the map may carry', () => {
    const log = new EventLog();
    log.addSource({ host: 'a', map, formats: formatsOf(map) });
    expect(titles(log)).toEqual(['Time', 'Type', 'pid', 'comm', 'path', 'ret']);
  });

  it('name the host where there are several, the map likewise, and the CPU where it is known', () => {
    const log = new EventLog();
    const one = log.addSource({ host: 'a', map: 'samples', formats: formatsOf('samples') });
    expect(titles(log)).toEqual(['Time', 'ip', 'sp', 'pid']);
    log.append(one, batch([new Uint8Array(28)], { cpu: 3 }));
    expect(titles(log)).toEqual(['Time', 'CPU', 'ip', 'sp', 'pid']);
    log.addSource({ host: 'b', map: 'samples', formats: formatsOf('samples') });
    expect(titles(log)).toEqual(['Time', 'Host', 'CPU', 'ip', 'sp', 'pid']);
    log.addSource({ host: 'b', map: 'hidden', formats: formatsOf('hidden') });
    expect(titles(log).slice(0, 3)).toEqual(['Time', 'Host', 'Map']);
  });

  it('grow by what turns up', () => {
    const log = new EventLog();
    const source = log.addSource({ host: 'a', map: 'x', formats: new RecordFormats('x', [], true) });
    expect(titles(log)).toEqual(['Time']);
    const { generation } = log;
    log.append(source, batch([Uint8Array.of(1, 2, 3)]));
    expect(titles(log)).toEqual(['Time', 'value']);
    expect(log.generation).toBeGreaterThan(generation);
    expect(cells(log)).toEqual(['010203']);
  });

  it('stay what they are while records of the same kind come', () => {
    const log = new EventLog();
    const source = log.addSource({ host: 'a', map, formats: formatsOf(map) });
    const { layout, generation } = log;
    log.append(source, openedBatch(0, 1000));
    expect([log.layout, log.generation]).toEqual([layout, generation]);
  });
});

describe('rows', () => {
  const log = new EventLog();
  const opened = log.addSource({ host: 'a', map, formats: formatsOf(map) });
  log.append(opened, batch([openedBytes({ pid: 1, comm: 'ls', path: '/tmp' })]));
  log.append(opened, batch([Uint8Array.of(2, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff)]));

  it('leave columns of other types empty', () => {
    expect(cells(log)).toEqual(['struct opened 1 ls /tmp ', 'struct closed 2   -2 ENOENT']);
  });

  it('are filtered by what they show', () => {
    log.setFilter('ret:enoent');
    expect(cells(log)).toEqual(['struct closed 2   -2 ENOENT']);
    log.setFilter('type:opened');
    expect(cells(log)).toEqual(['struct opened 1 ls /tmp ']);
    log.setFilter('');
    expect(cells(log)).toHaveLength(2);
  });

  it('say all of themselves', () => {
    log.scan(Infinity);
    const row = log.row(0);
    expect(row?.json()).toEqual({ pid: 1, comm: 'ls', path: '/tmp' });
    expect(row?.fields()).toEqual([
      { name: 'pid', detail: '__u32', text: '1' },
      { name: 'comm', detail: 'char[16]', text: 'ls' },
      { name: 'path', detail: 'char[44]', text: '/tmp' },
    ]);
    expect(log.row(99)).toBeUndefined();
  });
});

describe('runs', () => {
  it('are divided by a line, which is no event', () => {
    const log = new EventLog();
    log.mark('first', 0);
    const one = log.addSource({ host: 'a', map, formats: formatsOf(map) });
    log.append(one, openedBatch(1, 1));
    log.mark('second', 1);
    const two = log.addSource({ host: 'a', map, formats: formatsOf(map) });
    log.append(two, openedBatch(2, 1));
    expect(cells(log)).toEqual(['struct opened 1 task-1  ', 'second', 'struct opened 2 task-2  ']);
    expect([...log.lines('jsonl')]).toHaveLength(2);
    log.setFilter('task');
    expect(cells(log)).toHaveLength(2);
  });
});

it('shows one map alone, with its columns', () => {
  const log = new EventLog();
  const one = log.addSource({ host: 'a', map, formats: formatsOf(map) });
  const two = log.addSource({ host: 'a', map: 'samples', formats: formatsOf('samples') });
  log.append(one, openedBatch(1, 2));
  log.append(two, batch([new Uint8Array(28)]));
  log.setMap('samples');
  expect(titles(log)).toEqual(['Time', 'ip', 'sp', 'pid']);
  expect(cells(log)).toEqual(['0x0 0x0 0']);
  expect(log.maps).toEqual([map, 'samples']);
});

it('decodes what is there anew when a type is known better', () => {
  const log = new EventLog();
  const raw = new RecordFormats(map, [], true);
  const source = log.addSource({ host: 'a', map, formats: raw });
  log.append(source, openedBatch(7, 1));
  expect(titles(log)).toEqual(['Time', 'value']);
  log.retype(() => formatsOf(map));
  expect(titles(log)).toContain('comm');
  expect(cells(log)).toEqual(['struct opened 7 task-7  ']);
});

describe('export', () => {
  const log = new EventLog();
  const source = log.addSource({ host: 'web1', map, formats: formatsOf(map) });
  const time = Date.UTC(2026, 10, 24, 9, 5, 1) + 0.25;
  const paths = ['a,b', 'say "hi"', '=cmd()', 'ünï'];
  log.append(
    source,
    batch(
      paths.map((path, pid) => openedBytes({ pid, comm: 'ls', path })),
      { time },
    ),
  );

  it('as CSV quotes what needs it, and hands no formula to a spreadsheet', () => {
    expect([...log.lines('csv')].join('')).toBe(
      [
        'Time,Type,pid,comm,path,ret',
        '2026-11-24T09:05:01.000250Z,struct opened,0,ls,"a,b",',
        '2026-11-24T09:05:01.000250Z,struct opened,1,ls,"say ""hi""",',
        "2026-11-24T09:05:01.000250Z,struct opened,2,ls,'=cmd(),",
        '2026-11-24T09:05:01.000250Z,struct opened,3,ls,ünï,',
        '',
      ].join('\r\n'),
    );
  });

  it('as JSON lines has each event as the command line prints it', () => {
    const lines = [...log.lines('jsonl')].map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(4);
    expect(lines[3]).toEqual({
      ...{ type: 'event', host: 'web1', map: 'events', cpu: -1, time },
      data: { pid: 3, comm: 'ls', path: 'ünï' },
    });
  });

  it('has the rows of the view alone', () => {
    log.setFilter('pid:1');
    log.scan(Infinity);
    expect([...log.lines('jsonl')]).toHaveLength(1);
    log.setFilter('');
  });
});
