/** A host that can be reached, with our script at its shell; then with the agent. */
import type { HostFacts } from '#core/agent/protocol';
import { openLink } from '../agent/link';
import type { AgentLink, Listener } from '../agent/link';
import type { AgentStore } from '../agent/store';
import { compileAgent } from '../build/agent-on-host';
import { connect } from '../connection/connection';
import type { ConnectContext, Connection } from '../connection/connection';
import { RunFailure } from '../failure/failure';
import { defaultConnectTimeout } from '../connection/ssh-command';
import type { SshOptions, Target } from '../model';
import { ChannelEnded } from '../shell/answers';
import { openShell } from '../shell/remote-shell';
import type { RemoteShell } from '../shell/remote-shell';
import { deferred } from './deferred';
import { Lifeline } from './lifeline';
import { agentDidNotStart, agentEnded } from './preflight';
import type { Rights } from './preflight';

export interface Place {
  readonly host: string;
  readonly connection: Connection;
  readonly shell: RemoteShell;
}

export interface ReadyAgent {
  readonly link: AgentLink;
  readonly facts: HostFacts;
  readonly lifeline: Lifeline;
  /** The host's vmlinux.h. */
  vmlinux(): Promise<Buffer>;
}

/** Closes the connection where it fails. */
export async function reach(target: Target, host: string, context: ConnectContext): Promise<Place> {
  const connection = await connect(target, context);
  const close = () => connection.close();
  context.signal.addEventListener('abort', close);
  try {
    const shell = await patiently(connection, host, context.ssh, openShell(connection.channel));
    return { host, connection, shell };
  } catch (error) {
    const explained = await explain(connection, error, false);
    await leave(connection);
    throw explained;
  } finally {
    context.signal.removeEventListener('abort', close);
  }
}

/** What is waited for as long as anybody could want, but not for ever; the time that the user takes to answer does not count. */
export async function patiently<T>(
  connection: Connection,
  host: string,
  { connectTimeout = defaultConnectTimeout }: SshOptions,
  work: Promise<T>,
): Promise<T> {
  const given = deferred<never>();
  let seconds = 0;
  const timer = setInterval(() => {
    if (!connection.isAsking()) seconds += 1;
    if (seconds > connectTimeout * 4) given.reject(silent(host));
  }, 1000);
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    clearInterval(timer);
    // It ends with the connection, and nobody hears of it then.
    work.catch(() => undefined);
  }
}

function silent(host: string): RunFailure {
  return new RunFailure(
    'host-unsupported',
    `${host} says nothing`,
    'ssh runs, but no sh answers: a forced command, a menu, a jump host that hangs, or what login files do in sessions without a terminal.',
  );
}

export async function leave(connection: Connection): Promise<void> {
  connection.close();
  await connection.channel.exited;
}

/** Work with the host's shell; where the host ends before it answers, the connection says why. */
export async function atShell<T>({ connection }: Place, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw await explain(connection, error, true);
  }
}

async function explain(connection: Connection, error: unknown, talked: boolean): Promise<unknown> {
  return error instanceof ChannelEnded ? RunFailure.of(await connection.explain(talked)) : error;
}

/** Puts the agent into the host's folder; compiles it there where none is built for its machine. */
export async function putAgent({ host, shell }: Place, agents: AgentStore): Promise<void> {
  const { machine } = shell.facts;
  const binary = await agents.binary(machine);
  if (binary) await shell.put('agent', binary.bytes, binary.packed);
  else await compileAgent(host, shell, await agents.sources());
}

/** Starts the agent that was put there, and asks it what the host is. */
export async function startAgent(place: Place, rights: Rights, listener: Listener): Promise<ReadyAgent> {
  const { host, connection, shell } = place;
  shell.run(rights.privilege, rights.password);
  const link = await openLink(connection.channel, shell.word, listener, async (exit) =>
    exit === undefined
      ? RunFailure.of(await connection.explain(true))
      : agentDidNotStart(host, exit, connection.channel.words()),
  );
  const lifeline = new Lifeline();
  link.ended.then(
    async (code) => {
      const failure = code === undefined ? await connection.explain(true) : agentEnded(host, code);
      lifeline.cut(RunFailure.of(failure));
    },
    (error: unknown) => lifeline.cut(error),
  );
  const facts = await lifeline.hold(link.facts());
  return { link, facts, lifeline, vmlinux: () => lifeline.hold(link.vmlinux()) };
}
