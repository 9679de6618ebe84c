/** The kernel of a host as a snapshot, over one connection. Nothing stays there. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { encodeSnapshot, openSnapshot } from '#core/snapshot/codec';
import type { SnapshotMeta } from '#core/snapshot/codec';
import type { Problem } from '#core/result';
import { parseUname } from '#core/snapshot/uname';
import { connect, targetName } from '../connection/connection';
import type { ConnectContext, Connection } from '../connection/connection';
import { RunFailure } from '../failure/failure';
import type { Target } from '../model';
import { leave, patiently } from '../run/place';
import { askPassword } from '../run/preflight';
import { ChannelEnded, newWord, nextAnswer } from '../shell/answers';
import { readArchive } from './archive';
import type { HostArchive } from './archive';
import { archiveEnd, captureScript } from './capture-script';
import { probeFeatures } from './probe-features';

export interface HostCapture {
  readonly bytes: Uint8Array;
  readonly meta: SnapshotMeta;
  /** How many there are in `available_events`. */
  readonly events: number;
  /** What is not in the snapshot because it could not be read. */
  readonly problems: readonly Problem[];
}

export interface HostCaptureOptions {
  /** Where the kernel comes from, in words; kept in the snapshot. Nothing else in it names the host. */
  readonly origin?: string;
  /** Of brotli: 1 unless given; 3 takes four times as long and makes it a twelfth smaller, 11 half a minute and a quarter. */
  readonly quality?: number;
}

/** On the wire, and unpacked. A distribution's kernel with all its modules is a fifth of it. */
const maxBytes = 64 * 1024 * 1024;

/** Rejects with a `RunFailure`, or with what the signal was aborted for. */
export async function captureHost(
  target: Target,
  context: ConnectContext,
  { origin, quality = 1 }: HostCaptureOptions = {},
): Promise<HostCapture> {
  const host = targetName(target);
  context.signal.throwIfAborted();
  return visit(target, context, async (archive, features) => {
    const { files, uname } = archive;
    if (files.events === '') throw withoutEvents(host, archive);
    const meta: SnapshotMeta = {
      ...parseUname(uname),
      uname,
      capturedAt: new Date().toISOString(),
      ...(origin !== undefined && { origin }),
    };
    const bytes = await encodeSnapshot({ meta, ...files, features }, { quality });
    if (openSnapshot(bytes).value === undefined) throw notAKernel(host);
    return { bytes, meta, events: files.events.split('\n').length - 1 };
  });
}

/** Packs what has come from a host; the features still come meanwhile. */
type Pack = (archive: HostArchive, features: Promise<unknown>) => Promise<Omit<HostCapture, 'problems'>>;

/** The archive is packed while the host's features are tried out: that takes about as long. */
async function visit(target: Target, context: ConnectContext, pack: Pack): Promise<HostCapture> {
  const { signal } = context;
  const host = targetName(target);
  const connection = await connect(target, context);
  const close = () => connection.close();
  signal.addEventListener('abort', close);
  let talked = false;
  try {
    const word = newWord();
    connection.channel.write(captureScript(word));
    const { coding, password } = await converse(connection, host, word, context, () => (talked = true));
    const sent = await receive(connection, host, context, archiveEnd(word));
    const probing = probeFeatures({ host, connection, password, context });
    const features = probing.then(({ value }) => value);
    const read = async () => {
      const archive = readArchive(coding === 'gzip' ? await unpacked(host, sent) : sent, word);
      if (archive.value === undefined) throw new ChannelEnded();
      return { ...(await pack(archive.value, features)), problems: archive.problems };
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

/** Until the archive begins. */
async function converse(
  connection: Connection,
  host: string,
  word: string,
  { ui, ssh, signal }: ConnectContext,
  heard: () => void,
): Promise<{ readonly coding: string; readonly password: string | undefined }> {
  const { channel } = connection;
  let password: string | undefined;
  const answer = () => patiently(connection, host, ssh, nextAnswer(channel, word));
  for (;;) {
    const [key, rest] = await answer();
    heard();
    if (key === 'archive') return { coding: rest, password };
    if (key === 'system' && rest !== 'Linux') {
      throw new RunFailure(
        'host-unsupported',
        `${host} runs ${rest || 'an unknown system'}, not Linux`,
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

/** What comes until the end of the archive, or of the host. */
async function receive(
  connection: Connection,
  host: string,
  { ssh }: ConnectContext,
  end: Buffer,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  let last: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = await patiently(connection, host, ssh, connection.channel.lines.bytes());
    if (chunk === undefined) return Buffer.concat(chunks);
    size += chunk.length;
    if (size > maxBytes) throw notAKernel(host);
    chunks.push(chunk);
    last = Buffer.concat([last, chunk.subarray(-end.length)]).subarray(-end.length);
    if (last.equals(end)) return Buffer.concat(chunks).subarray(0, -end.length);
  }
}

const inflate = promisify(gunzip);

async function unpacked(host: string, bytes: Buffer): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: maxBytes });
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
