/**
 * The container of an `.ebpfkernel` file: named sections, compressed and checksummed one by one, so that
 * one can be read without the rest. Pure functions over bytes; opening and reading never throw, and a
 * damaged or lying file costs at most `MAX_TOTAL_BYTES` of memory.
 *
 *     0   8  magic "EBPFKRNL"
 *     8   4  version, little-endian
 *    12   4  bytes of the table, little-endian
 *    16  32  SHA-256 of the table
 *    48   …  the table: JSON, an array of `Section`, in the order of the stored bytes
 *     …   …  the stored bytes of the sections, back to back, to the end of the file
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliDecompress, brotliDecompressSync, constants, createBrotliCompress } from 'node:zlib';
import * as v from 'valibot';
import { joined } from '../bytes/joined';
import type { Parsed, Problem } from '../result';

export const CONTAINER_VERSION = 1;

/** Bytes; the largest BTF of a distribution kernel is below 10 MB. */
const MAX_SECTION_BYTES = 64 * 1024 * 1024;
/** Of a file, and of all its sections decompressed. */
export const MAX_TOTAL_BYTES = 256 * 1024 * 1024;
const MAX_TABLE_BYTES = 1024 * 1024;

const MAGIC = Buffer.from('EBPFKRNL', 'latin1');
const HEADER_BYTES = 48;
/**
 * Output goes into one chunk that it does not fill, which saves copying it: on BTF a quarter of the time, and with
 * node's default of 16 kB nine tenths. The chunk is bounded by `MAX_SECTION_BYTES`, and touched only as it fills.
 */
const CHUNK_MARGIN = 64;

const length = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_SECTION_BYTES));
const sectionSchema = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  codec: v.picklist(['none', 'brotli']),
  /** Bytes before compression. */
  rawLength: length,
  /** Bytes in the file. */
  storedLength: length,
  /** Of the stored bytes, in hex. */
  sha256: v.string(),
});
const tableSchema = v.array(sectionSchema);

export type Section = v.InferOutput<typeof sectionSchema>;

export interface SectionInput {
  readonly name: string;
  /** In pieces where they do not lie one behind the other. */
  readonly bytes: Uint8Array | readonly Uint8Array[];
  /** Brotli quality 0 to 11, or `none` to store the bytes as they are. */
  readonly compression: number | 'none';
}

export interface Container {
  readonly sections: ReadonlyMap<string, Section>;
  /** The raw bytes of a section; `undefined` without a problem where the file has no such section. */
  read(name: string): Promise<Parsed<Uint8Array | undefined>>;
  /** The same on the calling thread, for sections that are small or rarely asked for. */
  readSync(name: string): Parsed<Uint8Array | undefined>;
  /** Whether the section is there and its checksum right, whatever was said about checksums when the file was opened. */
  isIntact(name: string): boolean;
}

const decompress = promisify(brotliDecompress);

/** A section as it is stored. */
export interface PackedSection {
  readonly section: Section;
  readonly data: Uint8Array;
}

type Coming = SectionInput | PackedSection | undefined;

/** Sections are compressed beside each other, as soon as they are there; one that comes to nothing is left out. */
export async function encodeContainer(inputs: readonly (Coming | Promise<Coming>)[]): Promise<Uint8Array> {
  const encode = async (coming: Coming | Promise<Coming>) => {
    const input = await coming;
    return input === undefined || 'data' in input ? input : packSection(input);
  };
  const encoded = (await Promise.all(inputs.map(encode))).filter((section) => section !== undefined);
  const sections = encoded.map(({ section }) => section);
  const stored = encoded.map(({ data }) => data);
  const table = Buffer.from(JSON.stringify(sections));
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(CONTAINER_VERSION, 8);
  header.writeUInt32LE(table.length, 12);
  sha256(table).copy(header, 16);
  return Buffer.concat([header, table, ...stored]);
}

/**
 * `bytes` is the file, or its beginning where only its first sections are wanted: then `fileSize` says how
 * long it is in all, and a section that is not in `bytes` reads as damaged.
 *
 * `checksums: 'later'` believes table and sections as far as they can be read: loading the hash function takes longer
 * than a kernel's names do. Whoever asks for that opens the file again, with checksums.
 */
export function openContainer(
  bytes: Uint8Array,
  fileSize = bytes.length,
  checksums: 'now' | 'later' = 'now',
): Parsed<Container | undefined> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < HEADER_BYTES || !file.subarray(0, 8).equals(MAGIC)) {
    return failure('this is not an .ebpfkernel file, or its beginning is damaged', 'header');
  }
  const version = file.readUInt32LE(8);
  if (version !== CONTAINER_VERSION) {
    return failure(
      `the file was made by a newer version of eBPF Workbench (format ${version}, this one reads ` +
        `${CONTAINER_VERSION}): update the extension, or capture the kernel again with this version`,
      'header',
    );
  }
  const table = readTable(file, checksums === 'now');
  if (table === undefined) return damaged('header');
  return place(file, fileSize, table.sections, table.end, checksums === 'now');
}

/** The table and the offset of the first stored byte. */
function readTable(
  file: Buffer,
  checked: boolean,
): { sections: readonly Section[]; end: number } | undefined {
  const tableLength = file.readUInt32LE(12);
  if (tableLength > MAX_TABLE_BYTES || HEADER_BYTES + tableLength > file.length) return undefined;
  const table = file.subarray(HEADER_BYTES, HEADER_BYTES + tableLength);
  if (checked && !sha256(table).equals(file.subarray(16, HEADER_BYTES))) return undefined;
  const parsed = v.safeParse(tableSchema, parseJson(table));
  return parsed.success ? { sections: parsed.output, end: HEADER_BYTES + tableLength } : undefined;
}

interface Placed {
  readonly section: Section;
  readonly data: Buffer;
}

/** Gives every section its stored bytes; the lengths must add up to the file exactly. */
function place(
  file: Buffer,
  fileSize: number,
  table: readonly Section[],
  start: number,
  checked: boolean,
): Parsed<Container | undefined> {
  const placed = new Map<string, Placed>();
  let end = start;
  let total = 0;
  for (const section of table) {
    if (placed.has(section.name)) return damaged(section.name);
    const data = file.subarray(end, end + section.storedLength);
    end += section.storedLength;
    if (end > fileSize) return damaged(section.name);
    total += section.rawLength;
    placed.set(section.name, { section, data });
  }
  if (end !== fileSize || fileSize > MAX_TOTAL_BYTES || total > MAX_TOTAL_BYTES) return damaged('header');
  const hasChecksum = ({ data, section }: Placed) => sha256(data).toString('hex') === section.sha256;
  const intact = (name: string) => {
    const entry = placed.get(name);
    if (entry === undefined) return undefined;
    return !checked || hasChecksum(entry) ? entry : 'damaged';
  };
  const value: Container = {
    sections: new Map(table.map((section) => [section.name, section])),
    async read(name) {
      const entry = intact(name);
      if (entry === undefined) return { value: undefined, problems: [] };
      if (entry === 'damaged') return damaged(name);
      if (entry.section.codec === 'none') return whole(entry.section, entry.data);
      return decompress(entry.data, limits(entry.section)).then(
        (raw) => whole(entry.section, raw),
        () => damaged(name),
      );
    },
    readSync(name) {
      const entry = intact(name);
      if (entry === undefined) return { value: undefined, problems: [] };
      if (entry === 'damaged') return damaged(name);
      if (entry.section.codec === 'none') return whole(entry.section, entry.data);
      try {
        return whole(entry.section, brotliDecompressSync(entry.data, limits(entry.section)));
      } catch {
        return damaged(name);
      }
    },
    isIntact(name) {
      const entry = placed.get(name);
      return entry !== undefined && hasChecksum(entry);
    },
  };
  return { value, problems: [] };
}

function whole(section: Section, raw: Uint8Array): Parsed<Uint8Array | undefined> {
  return raw.length === section.rawLength ? { value: raw, problems: [] } : damaged(section.name);
}

/** Never more output than the table declares, whatever the compressed bytes say. */
function limits(section: Section) {
  return {
    maxOutputLength: Math.max(section.rawLength, 1),
    chunkSize: section.rawLength + CHUNK_MARGIN,
  };
}

export async function packSection({ name, bytes, compression }: SectionInput): Promise<PackedSection> {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  const rawLength = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const data =
    compression === 'none' ? Buffer.concat(pieces) : await compress(pieces, rawLength, compression);
  const section: Section = {
    name,
    codec: compression === 'none' ? 'none' : 'brotli',
    rawLength,
    storedLength: data.length,
    sha256: sha256(data).toString('hex'),
  };
  return { section, data };
}

/** `brotliCompress` gives the end of what it makes in a buffer of its own, and copies everything to have it in one. */
function compress(pieces: readonly Uint8Array[], size: number, quality: number): Promise<Uint8Array> {
  const brotli = createBrotliCompress({
    chunkSize: Math.ceil(size / 2) + CHUNK_MARGIN,
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  });
  const made: Buffer[] = [];
  return new Promise((resolve, reject) => {
    brotli.on('data', (piece: Buffer) => made.push(piece));
    brotli.once('end', () => resolve(joined(made)));
    brotli.once('error', reject);
    for (const piece of pieces) brotli.write(piece);
    brotli.end();
  });
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/** The one sentence for a file that is not as it was written. */
export function damage(section: string): Problem {
  const part = section === 'header' ? 'its header' : `the section "${section}"`;
  return {
    message: `the file is damaged: ${part} is not as it was written; download or capture it again`,
    where: section,
  };
}

function damaged(section: string): { value: undefined; problems: readonly Problem[] } {
  return { value: undefined, problems: [damage(section)] };
}

function failure(message: string, where: string): { value: undefined; problems: readonly Problem[] } {
  return { value: undefined, problems: [{ message, where }] };
}
