/** Makes a snapshot of a live kernel or of a kernel directory. */
import { encodeSnapshot } from '#core/snapshot/codec';
import type { SnapshotMeta } from '#core/snapshot/codec';
import { sortedLines } from '#core/snapshot/sorted-lines';
import type { Problem } from '#core/result';
import { directoryMeta, findDirectory, readFeatures } from './directory';
import { findHost, HOST, hostMeta } from './host';
import type { HostPaths } from './load';
import { readBtf, readFormats, readFunctions, readModules } from './tree';
import type { KernelTree } from './tree';

export type CaptureSource =
  { readonly kind: 'local' } | { readonly kind: 'directory'; readonly path: string };

export interface CaptureOptions {
  /** Where the kernel comes from, in words; kept in the snapshot. */
  readonly origin?: string;
  /** Brotli quality; 11, the default, takes half a minute and makes the smallest file. */
  readonly quality?: number;
  /** The files of this machine; for tests. */
  readonly host?: HostPaths;
}

export interface Capture {
  readonly bytes: Uint8Array;
  readonly meta: SnapshotMeta;
  /** What is not in the snapshot because it could not be read. */
  readonly problems: readonly Problem[];
}

/** Rejects with a `KernelError` where the kernel cannot be read at all. */
export async function captureKernel(source: CaptureSource, options: CaptureOptions = {}): Promise<Capture> {
  const { tree, events, meta, features } = find(source, options.host ?? HOST);
  const formats = await readFormats(tree);
  const btf = await readBtf(tree);
  const modules = await readModules(tree);
  const functions = readFunctions(tree);
  const described = { ...meta, ...(options.origin !== undefined && { origin: options.origin }) };
  const bytes = await encodeSnapshot(
    {
      meta: described,
      events: sortedLines(events),
      formats: formats.value,
      ...(btf.value !== undefined && { btf: btf.value }),
      modules: modules.value,
      ...(functions.value !== '' && { functions: sortedLines(functions.value) }),
      features: features.value,
    },
    options,
  );
  const problems = [formats, btf, modules, functions, features].flatMap((part) => part.problems);
  return { bytes, meta: described, problems };
}

interface Found {
  readonly tree: KernelTree;
  readonly events: string;
  readonly meta: SnapshotMeta;
  readonly features: { readonly value: unknown; readonly problems: readonly Problem[] };
}

function find(source: CaptureSource, host: HostPaths): Found {
  if (source.kind === 'local') {
    return { ...findHost(host), meta: hostMeta(), features: { value: undefined, problems: [] } };
  }
  const { path } = source;
  return { ...findDirectory(path), meta: directoryMeta(path), features: readFeatures(path) };
}
