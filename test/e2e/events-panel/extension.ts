/**
 * The events panel in an extension of its own, with events that no kernel made. Its commands are the hands of
 * test/e2e/events-panel.test.ts.
 */
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { AgentMap } from '#core/agent/protocol';
import type { RecordBatch, RunRecord } from '#runner/model';
import { EventsPanel } from '#client/panels/events-panel';
import { themes } from './themes';

const SIZE = 64;
const flows: AgentMap = {
  ...{
    index: 1,
    name: 'flows',
    kind: 'percpu_hash',
    keySize: 8,
    valueSize: 24,
    maxEntries: 64,
    internal: false,
  },
};
const data: AgentMap = {
  ...{
    index: 2,
    name: 'records.data',
    kind: 'array',
    keySize: 4,
    valueSize: 8,
    maxEntries: 1,
    internal: true,
  },
};
const events: AgentMap = {
  ...{
    index: 0,
    name: 'events',
    kind: 'ringbuf',
    keySize: 0,
    valueSize: 0,
    maxEntries: 4096,
    internal: false,
  },
};
const tasks = ['bash', 'sshd', 'systemd-journal', 'node', 'cron', 'python3', 'kworker/0:1'];
const paths = [
  '/etc/passwd',
  '/proc/self/status',
  '/var/log/journal/system.journal',
  '/tmp/größe\u001b[31m',
  '',
];

/** `struct opened`, and now and then `struct closed`, of test/unit/decode/fixtures/records.bpf.c. */
function batch(first: number, count: number): RecordBatch {
  const bytes = new Uint8Array(SIZE * count);
  const view = new DataView(bytes.buffer);
  const encoder = new TextEncoder();
  const records = Array.from({ length: count }, (_, i): RunRecord => {
    const at = i * SIZE;
    const number = first + i;
    view.setUint32(at, 1000 + (number % 5000), true);
    const record = { cpu: -1, time: Date.now() + i / 1000, at };
    if (number % 7 === 3) {
      view.setInt32(at + 4, number % 2 === 0 ? 0 : -2, true);
      return { ...record, end: at + 8 };
    }
    encoder.encodeInto(tasks[number % tasks.length] ?? '', bytes.subarray(at + 4, at + 20));
    encoder.encodeInto(paths[number % paths.length] ?? '', bytes.subarray(at + 20, at + 64));
    return { ...record, end: at + SIZE };
  });
  return { count, bytes, [Symbol.iterator]: () => records[Symbol.iterator]() };
}

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Events Panel', { log: true });
  const panel = new EventsPanel({ extension: context.extensionUri, log, stop: () => stop() });
  const object = new Uint8Array(readFileSync(vscode.Uri.joinPath(context.extensionUri, 'records.o').fsPath));
  let sent = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  const add = (host: string, count: number) => {
    panel.event({ type: 'records', host, run: 1, map: events, records: batch(sent, count) });
    sent += count;
  };
  const begin = (hosts: readonly string[]) => {
    panel.beginRun({ title: 'records.bpf.c', hosts });
    panel.reveal();
    for (const host of hosts) {
      panel.event({ type: 'built', host, run: 1, object });
      const program = { host, run: 1, error: null, log: '', instructions: 40 } as const;
      panel.event({ ...program, type: 'program', name: 'on_open', section: 'tp/syscalls/sys_enter_openat' });
      panel.event({ ...program, type: 'program', name: 'on_close', section: 'tp/syscalls/sys_exit_close' });
      panel.event({ type: 'attach', host, run: 1, name: 'on_open', state: 'attached', error: null, log: '' });
      panel.event({ type: 'state', host, run: 1, state: 'running' });
      dump(host);
    }
  };
  const dump = (host: string) => {
    const entries = Array.from({ length: 12 }, (_, i) => {
      const key = Uint8Array.of(10, 0, 0, i, 0x1f, 0x90, 0, 0);
      const value = new Uint8Array(48);
      for (const cpu of [0, 24]) {
        new DataView(value.buffer).setBigUint64(cpu, BigInt(sent + i * 3), true);
        new DataView(value.buffer).setBigUint64(cpu + 8, BigInt(1500 * (sent + i)), true);
      }
      return [key, value] as const;
    });
    panel.event({ type: 'map', host, run: 1, map: flows, entries, truncated: true });
    const dropped = new Uint8Array(8);
    new DataView(dropped.buffer).setBigUint64(0, BigInt(sent), true);
    panel.event({
      type: 'map',
      host,
      run: 1,
      map: data,
      entries: [[new Uint8Array(4), dropped]],
      truncated: false,
    });
    const programs = [{ name: 'on_open', runs: sent, nanoseconds: sent * 700, missed: 0 }];
    panel.event({ type: 'stats', host, run: 1, programs });
  };
  const stop = () => {
    clearInterval(timer);
    panel.event({ type: 'ended', host: 'web1' });
  };
  const commands: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
    'demo.begin': () => begin(['web1']),
    'demo.beginTwo': () => {
      begin(['web1', 'db2']);
      add('web1', 20);
      add('db2', 20);
    },
    'demo.few': () => add('web1', 30),
    'demo.many': () => add('web1', 200_000),
    'demo.lose': () =>
      panel.event({ type: 'lost', host: 'web1', run: 1, source: 'counter', name: 'dropped', count: 1234 }),
    'demo.stream': () => {
      clearInterval(timer);
      // 100,000 events a second.
      timer = setInterval(() => {
        add('web1', 2000);
        if (sent % 100_000 === 0) dump('web1');
      }, 20);
    },
    'demo.stop': stop,
    ...Object.fromEntries(themes.map((theme) => [`demo.theme.${theme}`, () => setTheme(theme)])),
  };
  context.subscriptions.push(
    log,
    panel,
    { dispose: stop },
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

async function setTheme(theme: string): Promise<void> {
  const workbench = vscode.workspace.getConfiguration('workbench');
  await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
}
