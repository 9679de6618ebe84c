/** A conversation with an agent: commands go out, answers come back, and what it says by itself goes to a listener. */
import { protocolVersion } from '#core/agent/protocol';
import type { AgentMessage, AgentMessageOf, HostFacts } from '#core/agent/protocol';
import type { Channel } from '../connection/channel';
import { RunFailure } from '../failure/failure';
import { deferred } from '../run/deferred';
import type { Deferred } from '../run/deferred';
import { agentMessages } from './messages';

/** The agent ends after four seconds without a command. */
const pingMs = 1000;
/** No kernel's vmlinux.h or BTF comes near it. */
const maxChunks = 256 * 1024 * 1024;

export interface LoadOptions {
  readonly verify: boolean;
  readonly programs: readonly string[];
  readonly logLevel: number | undefined;
  readonly dumpInterval: number | undefined;
  readonly stats: boolean;
}

/** What belongs to a session, and notices. The next one is taken when the promise settles. */
export type Listener = (message: AgentMessage) => Promise<void> | void;

export interface AgentLink {
  facts(): Promise<HostFacts>;
  /** The text of vmlinux.h. Rejects where the host has no BTF. */
  vmlinux(): Promise<Buffer>;
  /** JSON as of `bpftool feature probe -j`: types of programs and maps, helpers by type of program. */
  features(): Promise<Buffer>;
  load(session: number, object: Uint8Array, options: LoadOptions): void;
  stop(session: number): void;
  quit(): void;
  /** When nothing more comes; with the agent's exit code, where it is known. Rejects where what came is no message. */
  readonly ended: Promise<number | undefined>;
}

/** Waits for the agent's first line. `explain` is for a channel that ends before it. */
export async function openLink(
  channel: Channel,
  word: string,
  listener: Listener,
  explain: (exit: number | undefined) => Promise<RunFailure>,
): Promise<AgentLink> {
  const messages = agentMessages(channel, word);
  const first = await messages.next();
  if (first.done === true) throw await explain(first.value);
  checkHello(first.value);

  const pings = setInterval(() => channel.write('ping\n'), pingMs);
  let facts: Deferred<HostFacts> | undefined;
  let text: { readonly pieces: Buffer[]; size: number; readonly done: Deferred<Buffer> } | undefined;

  function takeChunk({ data, last }: AgentMessageOf<'chunk'>): void {
    if (!text) return;
    const piece = Buffer.from(data, 'base64');
    text.pieces.push(piece);
    text.size += piece.length;
    if (text.size > maxChunks) throw new RunFailure(...tooMuch);
    if (!last) return;
    text.done.resolve(Buffer.concat(text.pieces));
    text = undefined;
  }

  function ask(what: 'vmlinux' | 'features'): Promise<Buffer> {
    const done = deferred<Buffer>();
    text = { pieces: [], size: 0, done };
    channel.write(`${what}\n`);
    return done.promise;
  }

  async function pump(): Promise<number | undefined> {
    for (;;) {
      const next = await messages.next();
      if (next.done === true) return next.value;
      const message = next.value;
      if (message.type === 'facts') facts?.resolve(message);
      else if (message.type === 'chunk') takeChunk(message);
      else if (message.type === 'error' && text) {
        text.done.reject(new Error(message.message));
        text = undefined;
      } else await listener(message);
    }
  }

  const ended = pump().finally(() => clearInterval(pings));
  // Who waits for an answer also waits for the end: nobody else has to hear of it.
  ended.catch(() => undefined);

  return {
    ended,
    facts() {
      facts = deferred();
      channel.write('facts\n');
      return facts.promise;
    },
    vmlinux: () => ask('vmlinux'),
    features: () => ask('features'),
    load(session, object, options) {
      channel.write(`${['load', session, object.length, ...loadWords(options)].join(' ')}\n`);
      channel.write(object);
    },
    stop: (session) => channel.write(`stop ${session}\n`),
    quit: () => channel.write('quit\n'),
  };
}

function loadWords({ verify, programs, logLevel, dumpInterval, stats }: LoadOptions): string[] {
  return [
    ...(verify ? ['verify'] : []),
    ...programs.map((name) => `only=${name}`),
    ...(logLevel === undefined ? [] : [`level=${logLevel}`]),
    ...(dumpInterval === undefined ? [] : [`dump=${dumpInterval}`]),
    ...(stats ? ['stats'] : []),
  ];
}

function checkHello(message: AgentMessage): void {
  if (message.type === 'hello' && message.protocol === protocolVersion) return;
  const theirs = message.type === 'hello' ? `version ${message.protocol}` : `no greeting but ${message.type}`;
  throw new RunFailure(
    'protocol-mismatch',
    `the agent speaks ${theirs}, and we speak version ${protocolVersion}`,
    'The agent and this program are of different releases: install or build both anew.',
  );
}

const tooMuch = [
  'protocol-mismatch',
  'the host sends its types without end',
  'If it happens again, please report it.',
] as const;
