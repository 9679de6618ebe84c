/** What is said to a host that sends its kernel, and what becomes of it. Nothing stays there. */
import { encodeSnapshot, openSnapshot } from '#core/snapshot/codec';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { parseUname } from '#core/snapshot/uname';
import type { ConnectContext, Connection } from '../connection/connection';
import { RunFailure } from '../failure/failure';
import { leave, patiently } from '../run/place';
import { askPassword } from '../run/preflight';
import { ChannelEnded, newWord, nextAnswer } from '../shell/answers';
import { readArchive } from './archive';
import type { HostArchive } from './archive';
import { BegunSections } from './begun-sections';
import { archiveEnd, captureScript } from './capture-script';
import type { HostCapture, HostCaptureOptions } from './capture-host';
import { prepareAgents, receiveFeatures, sendAgent } from './probe-beside';
import { probeFeatures } from './probe-features';
import { unpackGzip, unpackPlain } from './unpack';
import type { Unpacking } from './unpack';

/** On the wire, and unpacked. A distribution's kernel with all its modules is a fifth of it. */
const maxBytes = 64 * 1024 * 1024;

/** Over a connection that was opened for it, and is closed in any case. */
export async function visitHost(
  connection: Connection,
  host: string,
  context: ConnectContext,
  { origin, quality = 1 }: HostCaptureOptions,
): Promise<HostCapture> {
  const { signal } = context;
  const close = () => connection.close();
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  let talked = false;
  try {
    const word = newWord();
    connection.channel.write(captureScript(word));
    const agents = prepareAgents(context.places.agents);
    const { coding, password, machine } = await converse(
      connection,
      host,
      word,
      context,
      () => (talked = true),
    );
    const probe = { host, connection, password, context, word, coding };
    const sent = machine === undefined ? undefined : sendAgent(probe, await agents(machine));
    const begun = new BegunSections(word, quality);
    const unpacking = coding === 'gzip' ? unpackGzip(maxBytes, begun.look) : unpackPlain(maxBytes);
    await receive(connection, host, context, archiveEnd(word), unpacking);
    const probing = sent === undefined ? probeFeatures(probe) : receiveFeatures(probe, sent);
    const features = probing.then(({ value }) => value);
    // Unpacked and packed while the features are tried out.
    const read = async () => {
      const { value: archive, problems } = readArchive(await unpacked(host, unpacking), word);
      if (archive === undefined) throw new ChannelEnded();
      if (archive.files.events === '') throw withoutEvents(host, archive);
      const meta: SnapshotMeta = {
        ...parseUname(archive.uname),
        uname: archive.uname,
        capturedAt: new Date().toISOString(),
        ...(origin !== undefined && { origin }),
      };
      const files = { meta, ...archive.files, features };
      const bytes = await encodeSnapshot(files, { quality, begun: begun.of(archive.files) });
      if (openSnapshot(bytes).value === undefined) throw notAKernel(host);
      return { bytes, meta, events: files.events.split('\n').length - 1, problems };
    };
    const [capture, { problems }] = await Promise.all([read(), probing]);
    signal.throwIfAborted();
    return { ...capture, problems: [...capture.problems, ...problems] };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ChannelEnded ? await ended(connection, host, talked) : error;
  } finally {
    signal.removeEventListener('abort', close);
    await leave(connection);
  }
}

interface Beginning {
  readonly coding: string;
  readonly password: string | undefined;
  /** `uname -m` of a host that waits for the agent meanwhile. */
  readonly machine: string | undefined;
}

/** Until the archive begins. */
async function converse(
  connection: Connection,
  host: string,
  word: string,
  { ui, ssh, signal }: ConnectContext,
  heard: () => void,
): Promise<Beginning> {
  const { channel } = connection;
  let password: string | undefined;
  let machine: string | undefined;
  let waits = false;
  const answer = () => patiently(connection, host, ssh, nextAnswer(channel, word));
  for (;;) {
    const [key, rest] = await answer();
    heard();
    if (key === 'archive') return { coding: rest, password, machine: waits ? machine : undefined };
    if (key === 'probe') waits = true;
    if (key === 'system') {
      const [system = '', name = ''] = rest.split(' ');
      machine = name;
      if (system === 'Linux') continue;
      throw new RunFailure(
        'host-unsupported',
        `${host} runs ${system || 'an unknown system'}, not Linux`,
        'Only Linux has such a kernel: choose another host.',
      );
    }
    if (key === 'refused') {
      throw new RunFailure(
        'not-root',
        `tracefs on ${host} is for root, we are user ${rest}, and there is no sudo`,
        'Connect as root (User root in ~/.ssh/config, or root@host), or install sudo there and allow it.',
      );
    }
    if (key === 'password') password = await askPassword(host, { unlock }, ui, signal);
  }

  async function unlock(given: string) {
    channel.write(`${given.replaceAll('\n', '')}\n`);
    const [, result] = await answer();
    return { ok: result === 'ok', words: result.replace(/^no /, '') };
  }
}

/** Hands on what comes until the end of the archive, or of the host. */
async function receive(
  connection: Connection,
  host: string,
  { ssh }: ConnectContext,
  end: Buffer,
  unpacking: Unpacking,
): Promise<void> {
  const { lines } = connection.channel;
  let size = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = await patiently(connection, host, ssh, lines.bytes());
    if (chunk === undefined) {
      unpacking.write(rest);
      return;
    }
    size += chunk.length;
    if (size > maxBytes) throw notAKernel(host);
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const at = bytes.indexOf(end);
    if (at >= 0) {
      unpacking.write(bytes.subarray(0, at));
      lines.unread(bytes.subarray(at + end.length));
      return;
    }
    const known = bytes.length - beginningAtEnd(bytes, end);
    unpacking.write(bytes.subarray(0, known));
    rest = bytes.subarray(known);
  }
}

/** How many of the last bytes may be the beginning of what is looked for. */
function beginningAtEnd(bytes: Buffer, wanted: Buffer): number {
  let size = Math.min(wanted.length - 1, bytes.length);
  while (size > 0 && !bytes.subarray(-size).equals(wanted.subarray(0, size))) size -= 1;
  return size;
}

async function unpacked(host: string, unpacking: Unpacking): Promise<Buffer> {
  try {
    return await unpacking.end();
  } catch (error) {
    // zlib's word for an end that comes too early.
    const cutOff = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
    throw cutOff ? new ChannelEnded() : notAKernel(host);
  }
}

/** It ended before it had sent everything. */
async function ended(connection: Connection, host: string, talked: boolean): Promise<RunFailure> {
  if (!talked) return RunFailure.of(await connection.explain(false));
  await connection.channel.exited;
  const words = connection.channel.words();
  if (/^sudo: /m.test(words)) {
    return new RunFailure(
      'sudo-refused',
      `sudo on ${host} did not let us read tracefs`,
      'Connect as root, or let an administrator of the host allow this user in sudoers.',
      words,
    );
  }
  return new RunFailure(
    'connection-lost',
    `${host} ended before it had sent its kernel`,
    'Nothing was written. Capture again when the host can be reached.',
    words,
  );
}

function notAKernel(host: string): RunFailure {
  return new RunFailure(
    'protocol-mismatch',
    `what ${host} sent is not a kernel`,
    'Something on the way changes the data, or its login files print into it. Nothing was written; capture again.',
  );
}

function withoutEvents(host: string, { hasTracefs }: HostArchive): RunFailure {
  return hasTracefs
    ? new RunFailure(
        'tracefs-missing',
        `available_events of ${host} is empty or may not be read, even by root`,
        'The kernel may be locked down (cat /sys/kernel/security/lockdown), or have no events (CONFIG_EVENT_TRACING).',
      )
    : new RunFailure(
        'tracefs-missing',
        `tracefs is not mounted on ${host}`,
        'Run `mount -t tracefs tracefs /sys/kernel/tracing` there as root, and capture again.',
      );
}
