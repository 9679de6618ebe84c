/** This machine's own kernel: tracefs and /sys/kernel/btf, with the cache in front of the format files. */
import { parseAvailableEvents } from '#core/kernel/available-events';
import type { KernelIndex } from '#core/kernel/model';
import type { Problem } from '#core/result';
import type { SnapshotMeta } from '#core/snapshot/codec';
import type { FormatTexts } from '#core/snapshot/formats';
import { identify, readCached, writeCached } from './cache';
import { findHost, HOST, hostMeta } from './host';
import { createKernelIndex, createNamesIndex, provenanceOf } from './kernel-index';
import { kernelLoad, nextTurn } from './load';
import type { KernelLoad, KernelPlaces } from './load';
import { readBtf, readFormats, readFunctions, readModules } from './tree';

interface LiveFormats {
  readonly formats: FormatTexts;
  readonly problems: readonly Problem[];
  /** Of the time when they were read from the kernel. */
  readonly meta: SnapshotMeta;
  /** The writing of the cache, which nobody waits for. */
  readonly written?: Promise<void>;
}

/** Throws a `KernelError` at once where the kernel cannot be read. */
export function openLocal({ host = HOST, cacheDir }: Pick<KernelPlaces, 'host' | 'cacheDir'>): KernelLoad {
  const { tree, events } = findHost(host);
  const parsed = parseAvailableEvents(events);
  const origin = { source: 'local', location: tree.tracing } as const;
  const names = createNamesIndex(provenanceOf(hostMeta(), origin), parsed);

  async function readFormatsOrCache(): Promise<LiveFormats> {
    await nextTurn();
    const key = identify(host, tree.tracing, events);
    const cached = cacheDir === undefined ? undefined : await readCached(cacheDir, key);
    if (cached?.events === events) return { ...cached, problems: [] };
    const meta = hostMeta();
    const { value: formats, problems } = await readFormats(tree);
    // What could not be read this time may be readable next time: only a complete reading is kept.
    if (cacheDir === undefined || problems.length > 0) return { formats, problems, meta };
    return { formats, problems, meta, written: writeCached(cacheDir, key, { meta, events, formats }) };
  }

  async function readAll(live: Promise<LiveFormats>): Promise<KernelIndex> {
    const { formats, problems, meta } = await live;
    const btf = await readBtf(tree);
    const modules = await readModules(tree);
    return createKernelIndex({
      provenance: provenanceOf(meta, origin),
      events: parsed,
      formats,
      btf: btf.value,
      modules: modules.value,
      functions: () => readFunctions(tree),
      problems: [...problems, ...btf.problems, ...modules.problems],
    });
  }

  return kernelLoad(Promise.resolve(names), () => {
    const live = readFormatsOrCache();
    return { full: readAll(live), background: live.then(({ written }) => written) };
  });
}
