/** What the kernel of a host lets programs use, tried out by the agent at the shell that has sent the kernel. */
import type { Parsed } from '#core/result';
import { createAgentStore } from '../agent/store';
import type { ConnectContext, Connection } from '../connection/connection';
import { RunFailure } from '../failure/failure';
import { patiently, startAgent } from '../run/place';
import type { Rights } from '../run/preflight';
import { openShell } from '../shell/remote-shell';
import type { ShellFacts } from '../shell/remote-shell';

/** Of 32 types of programs with 200 helpers each it is 120 KB. */
const maxBytes = 4 * 1024 * 1024;

export interface Probing {
  readonly host: string;
  readonly connection: Connection;
  /** The one that sudo took before. */
  readonly password: string | undefined;
  readonly context: ConnectContext;
}

/** Undefined, with the reason, where it cannot be: a kernel is worth having without. Leaves nothing on the host. */
export async function probeFeatures(probing: Probing): Promise<Parsed<unknown>> {
  try {
    const { host, connection, context } = probing;
    const value = await patiently(connection, host, context.ssh, probe(probing));
    return { value, problems: [] };
  } catch (error) {
    const reason = error instanceof RunFailure ? error.failure.message : 'the host ended before it answered';
    const message = `which helpers it has was not tried out, and is taken from its version: ${reason}`;
    return { value: undefined, problems: [{ message, where: 'features' }] };
  }
}

async function probe({ host, connection, password, context }: Probing): Promise<unknown> {
  const shell = await openShell(connection.channel);
  try {
    const rights = rightsOf(host, shell.facts, password);
    const { machine } = shell.facts;
    const agent = await createAgentStore(context.places.agents).binary(machine);
    if (!agent) throw new RunFailure('agent-missing', `no agent is built for ${machine}`, 'Build it.');
    await shell.put('agent', agent.bytes, agent.packed);
    const { link, lifeline } = await startAgent({ host, connection, shell }, rights, () => undefined);
    const bytes = await lifeline.hold(link.features());
    link.quit();
    await link.ended;
    return parseFeatures(host, bytes.toString());
  } finally {
    shell.dispose();
  }
}

function rightsOf(host: string, { uid, capable, sudo }: ShellFacts, password: string | undefined): Rights {
  if (uid === 0 || capable) return { privilege: 'root' };
  if (sudo === 'free') return { privilege: 'sudo' };
  if (sudo === 'password' && password !== undefined) return { privilege: 'password', password };
  throw new RunFailure('not-root', `that needs root on ${host}`, 'Connect as root, or allow sudo there.');
}

export function parseFeatures(host: string, text: string): unknown {
  if (text.length > maxBytes) throw notFeatures(host);
  try {
    return JSON.parse(text);
  } catch {
    throw notFeatures(host);
  }
}

function notFeatures(host: string): RunFailure {
  return new RunFailure(
    'protocol-mismatch',
    `what ${host} sent are no features`,
    'If it happens again, please report it.',
  );
}
