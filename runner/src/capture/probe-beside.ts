/**
 * The features of a host, tried out by the agent while the host sends its archive (capture-script.ts). Where that comes to
 * nothing, the shell that has sent the archive is asked again, which tries each folder and says what is wrong.
 */
import type { Parsed } from '#core/result';
import { createAgentStore } from '../agent/store';
import type { AgentBinary } from '../agent/store';
import { patiently } from '../run/place';
import { ChannelEnded } from '../shell/answers';
import { packFile } from '../shell/remote-shell';
import { parseFeatures, probeFeatures } from './probe-features';
import type { Probing } from './probe-features';

export interface ProbingBeside extends Probing {
  /** The first word of the script's own lines. */
  readonly word: string;
  /** Whether the host has gzip. */
  readonly coding: string;
}

type Agents = (machine: string) => Promise<AgentBinary | undefined>;

/** Reads the agent for machines like this one at once: most hosts are such. */
export function prepareAgents(folder: string): Agents {
  const store = createAgentStore(folder);
  // Why there is none is said when the shell is asked.
  const read = (machine: string) => store.binary(machine).catch(() => undefined);
  const ours = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string];
  const likely = ours === undefined ? undefined : read(ours);
  return (machine) => (machine === ours && likely !== undefined ? likely : read(machine));
}

/** False where there is no agent for the machine. */
export function sendAgent(
  { connection: { channel }, coding }: ProbingBeside,
  agent: AgentBinary | undefined,
): boolean {
  if (agent === undefined) {
    channel.write('none\n');
    return false;
  }
  const { words, content } = packFile(agent.bytes, coding === 'gzip', agent.packed);
  channel.write(`${words}\n`);
  channel.write(content);
  return true;
}

/** To be called when the archive has come. */
export async function receiveFeatures(probing: ProbingBeside, sent: boolean): Promise<Parsed<unknown>> {
  const { host, connection, context } = probing;
  if (sent) {
    const text = await patiently(connection, host, context.ssh, readAnswer(probing)).catch(() => undefined);
    if (text !== undefined) {
      try {
        return { value: parseFeatures(host, text), problems: [] };
      } catch {
        // Asked again.
      }
    }
  }
  return probeFeatures(probing);
}

/** Undefined where the agent could not be put there, or has failed. */
async function readAnswer({ connection, word }: ProbingBeside): Promise<string | undefined> {
  let text: string | undefined;
  let succeeded = false;
  for (;;) {
    const line = await connection.channel.lines.next();
    if (line === undefined) throw new ChannelEnded();
    if (line.startsWith('{')) text = line;
    if (line === `${word} exit 0`) succeeded = true;
    if (line === `${word} done`) return succeeded ? text : undefined;
  }
}
