/** What the agent packs into `records` lines, and what is left in the kernel of a program. */
import type { AgentMessageOf } from '#core/agent/protocol';
import { mustRun } from '#support/process';
import type { Agent } from './agent';

export interface AgentRecord {
  readonly cpu: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly data: Buffer;
}

/** All records of a session's map, in order. Throws where a line has not as many as it says. */
export function recordsOf(agent: Agent, session: number, map: number): readonly AgentRecord[] {
  return agent
    .all('records', session)
    .filter((line) => line.map === map)
    .flatMap(unpack);
}

function unpack(line: AgentMessageOf<'records'>): AgentRecord[] {
  const packed = Buffer.from(line.data, 'base64');
  const records: AgentRecord[] = [];
  let at = 0;
  while (at < packed.length) {
    const size = packed.readUInt32LE(at);
    const data = packed.subarray(at + 16, at + 16 + size);
    records.push({ cpu: packed.readInt32LE(at + 4), time: packed.readBigUInt64LE(at + 8), data });
    at += 16 + Math.ceil(size / 8) * 8;
  }
  if (records.length !== line.count || at !== packed.length)
    throw new Error(
      `${records.length} records of ${at} bytes in a line of ${line.count}, ${packed.length} bytes`,
    );
  return records;
}

/** How many records the session has said so far. */
export const countRecords = (agent: Agent, session: number): number =>
  agent.all('records', session).reduce((sum, { count }) => sum + count, 0);

/** The last count of losses by source, or 0. */
export const countLost = (agent: Agent, session: number, source: 'perf' | 'counter' | 'full'): number =>
  agent
    .all('lost', session)
    .filter((lost) => lost.source === source)
    .at(-1)?.count ?? 0;

/** Programs and maps of this name that are in the kernel, whoever loaded them, and links of such programs. */
export async function inKernel(name: string): Promise<readonly string[]> {
  const list = async (kind: string): Promise<readonly Record<string, unknown>[]> =>
    JSON.parse(await mustRun('bpftool', ['-j', kind, 'list'])) as Record<string, unknown>[];
  const programs = (await list('prog')).filter((program) => program['name'] === name);
  const ids = new Set(programs.map(({ id }) => id));
  const links = (await list('link')).filter((link) => ids.has(link['prog_id']));
  const maps = (await list('map')).filter((map) => map['name'] === name);
  return [
    ...programs.map(({ id }) => `prog ${String(id)}`),
    ...links.map(({ id }) => `link ${String(id)}`),
    ...maps.map(({ id }) => `map ${String(id)}`),
  ];
}
