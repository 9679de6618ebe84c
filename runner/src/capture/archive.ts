/** What capture-script.ts sends, as the files of a kernel. Any bytes may come: what is not as expected is a problem. */
import type { Parsed, Problem } from '#core/result';
import type { KernelFiles } from '#core/snapshot/codec';
import type { FormatEntry, FormatTexts } from '#core/snapshot/formats';
import { sortedLines } from '#core/snapshot/sorted-lines';
import { cleanLine } from '../text/clean';

export interface HostArchive {
  readonly files: Omit<KernelFiles, 'meta'>;
  /** `uname -srm`. */
  readonly uname: string;
  /** Whether there is an `available_events` anywhere. */
  readonly hasTracefs: boolean;
}

interface Piece {
  readonly bytes: Buffer;
  readonly ok: boolean;
}

/** An event's `category/name/format`; names as the section `formats` of a snapshot takes them. */
const FORMAT_PATH = /^([^\s/]+\/[^\s/]+)\/format$/;
const MODULE = /^btf\/([\w.-]{1,128})$/;

/** `undefined`, with one problem, where the end is missing. `word` is the one that the script was given. */
export function readArchive(bytes: Uint8Array, word: string): Parsed<HostArchive | undefined> {
  const pieces = split(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), word);
  if (!pieces.has('end')) return { value: undefined, problems: [{ message: 'the end is missing' }] };
  const problems: Problem[] = [];
  const text = (name: string) => {
    const piece = pieces.get(name);
    return piece?.ok === true ? piece.bytes.toString() : '';
  };
  const formats = readFormats(text('paths'), pieces.get('formats'), problems);
  const btf = readBtf(pieces, problems);
  const functions = sortedLines(text('functions'));
  return {
    value: {
      files: {
        events: sortedLines(text('events')),
        formats,
        ...btf,
        ...(functions !== '' && { functions }),
      },
      uname: text('uname'),
      hasTracefs: pieces.get('tracefs')?.ok === true,
    },
    problems,
  };
}

/** A piece by its name whose end is among the last `added` bytes of what is there of an archive. */
export function pieceEndingIn(
  archive: Buffer,
  added: number,
  word: string,
  name: string,
): Buffer | undefined {
  const mark = `\n${word} ${name} 0\n`;
  const at = archive.indexOf(mark, Math.max(archive.length - added - mark.length, 0));
  return at < 0 ? undefined : split(archive.subarray(0, at + mark.length), word).get(name)?.bytes;
}

function split(bytes: Buffer, word: string): ReadonlyMap<string, Piece> {
  const pieces = new Map<string, Piece>();
  const before = Buffer.from(`\n${word} `);
  for (let start = 0; ;) {
    const mark = bytes.indexOf(before, start);
    const end = mark < 0 ? -1 : bytes.indexOf('\n', mark + before.length);
    if (end < 0) return pieces;
    const line = bytes.toString('utf8', mark + before.length, end);
    const blank = line.lastIndexOf(' ');
    const ok = line.slice(blank + 1) === '0';
    pieces.set(line.slice(0, blank), { bytes: bytes.subarray(start, mark), ok });
    start = end + 1;
  }
}

/**
 * The files come in the order of their paths; one that could not be read is not among them, and is found out by the
 * names: a format begins with that of its event.
 */
function readFormats(paths: string, piece: Piece | undefined, problems: Problem[]): FormatTexts {
  const blob = piece?.bytes ?? Buffer.alloc(0);
  const entries = new Map<string, FormatEntry>();
  const heads = readHeads(blob);
  const unread: string[] = [];
  let next = 0;
  for (const path of paths.split('\n')) {
    const event = FORMAT_PATH.exec(path)?.[1];
    if (event === undefined) continue;
    const head = heads[next];
    if (head?.name !== event.slice(event.indexOf('/') + 1)) {
      unread.push(event);
      continue;
    }
    next += 1;
    entries.set(event, { start: head.start, end: heads[next]?.start ?? blob.length });
  }
  if (unread.length > 0) {
    const some = unread.slice(0, 3).map((event) => cleanLine(event, 80));
    const more = unread.length > some.length ? ` and ${unread.length - some.length} more` : '';
    problems.push({ message: `could not be read: ${some.join(', ')}${more}`, where: 'formats' });
  }
  return { blob, entries };
}

interface Head {
  readonly name: string;
  readonly start: number;
}

const ID = Buffer.from('\nID: ');
const HEAD = /^name: (.*)\nID: \d+(?:\n|$)/;
/** Of a head; names of events are far shorter. */
const maxHead = 512;

/** The beginnings of format files: lines `name: …` and `ID: …`, as there are nowhere inside of one. */
function readHeads(blob: Buffer): readonly Head[] {
  const heads: Head[] = [];
  for (let at = blob.indexOf(ID); at >= 0; at = blob.indexOf(ID, at + 1)) {
    const start = at === 0 ? 0 : blob.lastIndexOf(10, at - 1) + 1;
    const name = HEAD.exec(blob.toString('latin1', start, Math.min(at + 32, start + maxHead)))?.[1];
    if (name !== undefined) heads.push({ name, start });
  }
  return heads;
}

function readBtf(pieces: ReadonlyMap<string, Piece>, problems: Problem[]) {
  const modules = new Map<string, Uint8Array>();
  let btf: Uint8Array | undefined;
  for (const [name, piece] of pieces) {
    const module = MODULE.exec(name)?.[1];
    if (module === undefined) continue;
    if (!piece.ok) problems.push({ message: 'could not be read', where: `/sys/kernel/btf/${module}` });
    else if (module === 'vmlinux') btf = piece.bytes;
    else modules.set(module, piece.bytes);
  }
  if (btf === undefined) {
    problems.push({
      message:
        'the kernel has no BTF (CONFIG_DEBUG_INFO_BTF): its types are not in the snapshot; take them from a vmlinux.h',
      where: '/sys/kernel/btf/vmlinux',
    });
  }
  return { ...(btf && { btf }), modules };
}
