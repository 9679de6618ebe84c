/** A conversation with the agent, every line of it checked against the protocol's schema. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import * as v from 'valibot';
import { AgentMessage } from '#core/agent/protocol';
import type { AgentMessageOf } from '#core/agent/protocol';
import { agentPath } from './build';
import type { AgentBuild } from './build';

export interface AgentOptions {
  readonly build?: AgentBuild;
  /** The executable, instead of `build`. */
  readonly path?: string;
  /** Default: no heartbeat. */
  readonly args?: readonly string[];
  /** What starts the agent, with its arguments: `['unshare', '--mount']`. */
  readonly wrapper?: readonly string[];
  /** Leaves stdout unread. */
  readonly deaf?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

type Type = AgentMessage['type'];
type Test<T extends Type> = (message: AgentMessageOf<T>) => boolean;

export interface Agent {
  readonly pid: number;
  readonly process: ChildProcess;
  /** All that it said, in order. */
  readonly messages: readonly AgentMessage[];
  send(line: string): void;
  load(session: number, object: Uint8Array, options?: string): void;
  /** The first such message that was said or will be. Rejects when the agent ends without having said it. */
  heard<T extends Type>(type: T, test?: Test<T>): Promise<AgentMessageOf<T>>;
  /** Those said so far. */
  all<T extends Type>(type: T, session?: number): readonly AgentMessageOf<T>[];
  /** The session's last line: `stopped` or `failed`. */
  ended(session: number): Promise<AgentMessageOf<'state'>>;
  /** Settles when the process is gone and all it said is read. */
  readonly exit: Promise<Ended>;
}

interface Waiter {
  readonly matches: (message: AgentMessage) => boolean;
  readonly resolve: (message: AgentMessage) => void;
  readonly reject: (error: Error) => void;
}

/** To be called in a test: when it ends, so does the agent. */
export async function startAgent(options: AgentOptions = {}): Promise<Agent> {
  const path = options.path ?? (await agentPath(options.build ?? 'plain'));
  const [command, ...args] = [...(options.wrapper ?? []), path, ...(options.args ?? ['--heartbeat', '0'])];
  const child = spawn(command ?? path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const messages: AgentMessage[] = [];
  const waiters = new Set<Waiter>();
  let stderr = '';
  let isOver = false;
  child.stdin.on('error', () => undefined); // it may end before it has read all
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));

  const hear = (line: string): void => {
    const message = v.parse(AgentMessage, JSON.parse(line));
    messages.push(message);
    for (const waiter of waiters) {
      if (!waiter.matches(message)) continue;
      waiters.delete(waiter);
      waiter.resolve(message);
    }
  };
  const lines = options.deaf ? undefined : createInterface({ input: child.stdout });
  const exit = (async (): Promise<Ended> => {
    const closed = once(child, options.deaf ? 'exit' : 'close');
    try {
      for await (const line of lines ?? []) hear(line);
    } finally {
      if (lines) child.kill('SIGKILL');
    }
    const [code, signal] = (await closed) as [number | null, string | null];
    isOver = true;
    for (const { reject } of waiters) reject(new Error(`the agent ended: ${code ?? signal ?? ''} ${stderr}`));
    if (stderr) throw new Error(stderr);
    return { code, signal };
  })();
  exit.catch(() => undefined);
  onTestFinished(async () => {
    const known = isOver;
    // Only a program that ends by itself is searched for leaks.
    if (options.build === 'sanitized') child.stdin.end();
    else child.kill('SIGKILL');
    if (options.deaf) child.stdout.destroy();
    await exit.catch((error: unknown) => {
      if (options.build === 'sanitized' && !known) throw error;
    });
  });

  const all = <T extends Type>(type: T, session?: number): readonly AgentMessageOf<T>[] =>
    messages.filter(
      (message): message is AgentMessageOf<T> =>
        message.type === type &&
        (session === undefined || ('session' in message && message.session === session)),
    );
  const heard = <T extends Type>(type: T, test: Test<T> = () => true): Promise<AgentMessageOf<T>> => {
    const matches = (message: AgentMessage): message is AgentMessageOf<T> =>
      message.type === type && test(message as AgentMessageOf<T>);
    const found = messages.find(matches);
    if (found) return Promise.resolve(found);
    if (isOver) return Promise.reject(new Error(`the agent ended without ${type}`));
    return new Promise<AgentMessage>((resolve, reject) => {
      waiters.add({ matches, resolve, reject });
    }) as Promise<AgentMessageOf<T>>;
  };
  return {
    pid: child.pid ?? 0,
    process: child,
    messages,
    exit,
    all,
    heard,
    send: (line) => void child.stdin.write(`${line}\n`),
    load: (session, object, words = '') => {
      child.stdin.write(`load ${session} ${object.byteLength}${words && ` ${words}`}\n`);
      child.stdin.write(object);
    },
    ended: (session) =>
      heard('state', (it) => it.session === session && (it.state === 'stopped' || it.state === 'failed')),
  };
}
