/** The wizard's list of events while one types, on a kernel with as many events as today's have and with 50,000. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { nodeArguments } from '#client/node-arguments';
import { listTracepointsRequest } from '#core/messages/list-tracepoints';
import { openBundledKernel } from './bundled';
import { Peer } from './peer';
import { table } from './section';
import type { Section } from './section';
import { median, milliseconds, quantile } from './statistics';

const queries = ['sys_enter_fchmodat', 'schedswitch', 'tcp retransmit', 'blkcomplete', 'wakeup new'];
const rounds = 20;
/** As many rows as the wizard asks for. */
const limit = 200;

export const listing: Section = {
  name: 'listing',
  async measure({ dist, workspace }) {
    const names = (await openBundledKernel(dist, '6.18-microvm-amd64')).events.map(
      ({ category, name }) => `${category}:${name}`,
    );
    const rows = [];
    for (const count of [names.length, 50_000]) {
      const folder = join(workspace.folder, `events-${count}`);
      mkdirSync(folder);
      const events = Array.from({ length: count }, (_, n) => multiplied(names, n));
      writeFileSync(join(folder, 'available_events'), events.join('\n') + '\n');
      const peer = new Peer(
        {
          name: 'ours',
          command: process.execPath,
          args: [...nodeArguments, join(dist, 'server.js'), '--stdio'],
          initializationOptions: { kernel: { kind: 'directory', path: folder } },
        },
        workspace.file,
        workspace.folder,
      );
      await peer.initialize(workspace.folder, { kernel: { kind: 'directory', path: folder } });
      const times = await typed((query) => peer.request(listTracepointsRequest.method, { query, limit }));
      await peer.stop();
      const plain = await typed((query) =>
        Promise.resolve(events.filter((name) => name.includes(query)).slice(0, limit)),
      );
      rows.push([
        `${count.toLocaleString('en')} events`,
        ...[median(times), quantile(times, 0.99), median(plain)].map(milliseconds),
        `${(median(times) / median(plain)).toFixed(1)}×`,
      ]);
    }
    return `## The list of the wizard

A query typed key by key, each answer awaited: ranked, with field names, over the protocol. The peer is a plain
\`includes\` over the same names in memory, which ranks nothing.

${table(['', 'p50', 'p99', '`includes`', 'ours ÷ it'], rows)}`;
  },
};

async function typed(ask: (query: string) => Promise<unknown>): Promise<number[]> {
  await ask('');
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const query of queries) {
      for (let length = 1; length <= query.length; length++) {
        const began = performance.now();
        await ask(query.slice(0, length));
        times.push(performance.now() - began);
      }
    }
  }
  return times;
}

/** The n-th of as many names as are wanted: the same ones again, under other names. */
function multiplied(names: readonly string[], n: number): string {
  const name = names[n % names.length] ?? '';
  const again = Math.floor(n / names.length);
  return again === 0 ? name : `${name}_v${again}`;
}
