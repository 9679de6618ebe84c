/**
 * A kernel in one file (`.ebpfkernel`): which sections it has and what is in them. The container below it
 * (container.ts) knows compression and checksums; this file knows kernels.
 *
 *     meta               JSON, `SnapshotMeta`
 *     events             the text of `available_events`
 *     formats            all `format` files (formats.ts)
 *     btf                raw BTF of vmlinux
 *     modules/<mod>.btf  raw BTF of a module, split on vmlinux
 *     functions          the text of `available_filter_functions`
 *     features           JSON of `bpftool feature probe -j`
 */
import * as v from 'valibot';
import type { Parsed, Problem } from '../result';
import { damage, encodeContainer, MAX_TOTAL_BYTES, openContainer } from './container';
import type { Container, PackedSection, SectionInput } from './container';
import { NO_FORMATS, packFormats, unpackFormats } from './formats';
import type { FormatTexts } from './formats';

export const SNAPSHOT_EXTENSION = '.ebpfkernel';

export const MAX_SNAPSHOT_BYTES = MAX_TOTAL_BYTES;

/** The events are the first section after meta; they end in the first tenth of this. */
export const SNAPSHOT_HEAD_BYTES = 128 * 1024;

const metaSchema = v.object({
  /** `uname -r` and `uname -m`, or `unknown`. */
  release: v.string(),
  machine: v.string(),
  /** The `uname` file, verbatim. */
  uname: v.exactOptional(v.string()),
  /** ISO 8601. */
  capturedAt: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  /** Where the kernel comes from, in words: the package, the image, the host. */
  origin: v.exactOptional(v.string()),
});

export type SnapshotMeta = Readonly<v.InferOutput<typeof metaSchema>>;

/** The contents of a kernel directory, in memory. */
export interface KernelFiles {
  readonly meta: SnapshotMeta;
  /** The text of `available_events`. */
  readonly events: string;
  readonly formats: FormatTexts;
  /** Raw BTF of vmlinux. */
  readonly btf?: Uint8Array;
  /** Module name to its raw BTF. */
  readonly modules: ReadonlyMap<string, Uint8Array>;
  /** The text of `available_filter_functions`. */
  readonly functions?: string;
  /** `bpftool feature probe -j`, parsed; or a promise of that, or of undefined. */
  readonly features?: unknown;
}

export interface Snapshot {
  readonly meta: SnapshotMeta;
  /** The text of `available_events`, on the calling thread (1 ms): the first thing that anybody asks for. */
  eventsSync(): Parsed<string>;
  /** Whether their checksum is right. */
  hasIntactEvents(): boolean;
  formats(): Promise<Parsed<FormatTexts>>;
  btf(): Promise<Parsed<Uint8Array | undefined>>;
  modules(): Promise<Parsed<ReadonlyMap<string, Uint8Array>>>;
  /** Decompressed on the calling thread (about 4 ms): few features ask for it, and late. */
  functionsSync(): Parsed<string>;
  features(): Promise<Parsed<unknown>>;
}

const MODULE = /^modules\/(.+)\.btf$/;

export interface EncodeOptions {
  /** Of brotli. */
  readonly quality?: number;
  /** Sections by name that are packed already, or being packed; of these files. */
  readonly begun?: ReadonlyMap<string, Promise<PackedSection>>;
}

/**
 * Brotli quality 11 makes the smallest files and takes 30 s; 4 is right for caches and tests. The features may come while
 * all else is compressed; undefined where there are none. Rejects where they do.
 */
export async function encodeSnapshot(
  files: KernelFiles,
  { quality: compression = 11, begun }: EncodeOptions = {},
): Promise<Uint8Array> {
  const sections = [
    section('meta', JSON.stringify(files.meta), 'none' as const),
    section('events', files.events, compression),
    section('formats', packFormats(files.formats), compression),
    ...(files.btf === undefined ? [] : [begun?.get('btf') ?? section('btf', files.btf, compression)]),
    ...[...files.modules].map(([name, bytes]) => section(`modules/${name}.btf`, bytes, compression)),
    ...(files.functions === undefined ? [] : [section('functions', files.functions, compression)]),
    Promise.resolve(files.features).then((features) =>
      features === undefined ? undefined : section('features', JSON.stringify(features), compression),
    ),
  ];
  return encodeContainer(sections);
}

/**
 * Reads header and meta only. A file that cannot be used at all gives `undefined` and one problem. The first
 * `SNAPSHOT_HEAD_BYTES` of a file of `fileSize` are enough for `meta` and `eventsSync`. For `checksums` see `openContainer`.
 */
export function openSnapshot(
  bytes: Uint8Array,
  fileSize = bytes.length,
  checksums: 'now' | 'later' = 'now',
): Parsed<Snapshot | undefined> {
  const { value: container, problems } = openContainer(bytes, fileSize, checksums);
  if (container === undefined) return { value: undefined, problems };
  const meta = readMeta(container);
  if (meta.value === undefined) return { value: undefined, problems: meta.problems };
  return { value: snapshot(container, meta.value), problems: [] };
}

function readMeta(container: Container): Parsed<SnapshotMeta | undefined> {
  const { value, problems } = container.readSync('meta');
  if (value === undefined) return { value, problems: problems.length > 0 ? problems : [damage('meta')] };
  const parsed = v.safeParse(metaSchema, json(value).value);
  return parsed.success
    ? { value: parsed.output, problems: [] }
    : { value: undefined, problems: [damage('meta')] };
}

function snapshot(container: Container, meta: SnapshotMeta): Snapshot {
  return {
    meta,
    eventsSync: () => map(container.readSync('events'), (bytes) => ok(text(bytes)), ''),
    hasIntactEvents: () => container.isIntact('events'),
    formats: async () => map(await container.read('formats'), unpackFormats, NO_FORMATS),
    btf: () => container.read('btf'),
    functionsSync: () => map(container.readSync('functions'), (bytes) => ok(text(bytes)), ''),
    features: async () => map(await container.read('features'), json, undefined),
    async modules() {
      const names = [...container.sections.keys()].flatMap((name) => MODULE.exec(name)?.[1] ?? []);
      const read = await Promise.all(names.map((name) => container.read(`modules/${name}.btf`)));
      const value = new Map<string, Uint8Array>();
      const problems: Problem[] = [];
      for (const [i, name] of names.entries()) {
        const module = read[i];
        if (module?.value !== undefined) value.set(name, module.value);
        problems.push(...(module?.problems ?? []));
      }
      return { value, problems };
    },
  };
}

function section<C>(name: string, content: string | SectionInput['bytes'], compression: C) {
  return { name, bytes: typeof content === 'string' ? Buffer.from(content) : content, compression };
}

function map<T>(
  read: Parsed<Uint8Array | undefined>,
  parse: (bytes: Uint8Array) => Parsed<T>,
  otherwise: T,
): Parsed<T> {
  return read.value === undefined ? { value: otherwise, problems: read.problems } : parse(read.value);
}

function ok<T>(value: T): Parsed<T> {
  return { value, problems: [] };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function json(bytes: Uint8Array): Parsed<unknown> {
  try {
    return ok(JSON.parse(text(bytes)) as unknown);
  } catch {
    return { value: undefined, problems: [damage('features')] };
  }
}
