/** Brings the agent to a host and starts it there. */
import { openLink } from '../agent/link';
import type { AgentLink, Listener } from '../agent/link';
import type { AgentStore } from '../agent/store';
import type { Connection } from '../connection/connection';
import { RunFailure } from '../failure/failure';
import type { RemoteShell } from '../shell/remote-shell';
import { compileAgent } from '../build/agent-on-host';
import { agentDidNotStart } from './preflight';
import type { Rights } from './preflight';

export interface HostShell {
  readonly host: string;
  readonly connection: Connection;
  readonly shell: RemoteShell;
}

/** Puts the agent into the host's folder; compiles it there where none is built for its machine. */
export async function putAgent({ host, shell }: HostShell, agents: AgentStore): Promise<string> {
  const { machine } = shell.facts;
  const binary = await agents.binary(machine);
  if (!binary) return compileAgent(host, shell, await agents.sources());
  await shell.put('agent', binary);
  return `${Math.round(binary.length / 1024)} kB`;
}

export function startAgent(
  { host, connection, shell }: HostShell,
  { privilege, password }: Rights,
  listener: Listener,
): Promise<AgentLink> {
  shell.run(privilege, password);
  return openLink(connection.channel, shell.word, listener, async (exit) =>
    exit === undefined
      ? RunFailure.of(await connection.explain(true))
      : agentDidNotStart(host, exit, connection.channel.words()),
  );
}
