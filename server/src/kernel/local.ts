/** This machine's own kernel: tracefs and /sys/kernel/btf, with the cache in front of the format files. */
import type { KernelProvenance } from '#core/kernel/model';
import type { Problem } from '#core/result';
import type { FormatTexts } from '#core/snapshot/formats';
import { identify, readCached, writeCached } from './cache';
import { findHost, HOST, hostMeta } from './host';
import { createKernelIndex, createNamesIndex } from './kernel-index';
import { kernelLoad, nextTurn } from './load';
import type { KernelLoad, KernelPlaces } from './load';
import { readBtf, readFormats, readFunctions, readModules } from './tree';

interface LiveFormats {
  readonly formats: FormatTexts;
  readonly problems: readonly Problem[];
  /** When they were read from the kernel. */
  readonly capturedAt: string | undefined;
  /** The writing of the cache, which nobody waits for. */
  readonly written?: Promise<void>;
}

/** Throws a `KernelError` at once where the kernel cannot be read. */
export function openLocal({ host = HOST, cacheDir }: Pick<KernelPlaces, 'host' | 'cacheDir'>): KernelLoad {
  const { tree, events } = findHost(host);
  const meta = hostMeta();
  const provenance: KernelProvenance = { ...meta, source: 'local', location: tree.tracing };

  async function readLive(): Promise<LiveFormats> {
    await nextTurn();
    const key = identify(host, tree.tracing, events);
    const cached = cacheDir === undefined ? undefined : await readCached(cacheDir, key);
    if (cached?.events === events) {
      return { formats: cached.formats, problems: [], capturedAt: cached.meta.capturedAt };
    }
    const { value: formats, problems } = await readFormats(tree);
    // What could not be read this time may be readable next time: only a complete reading is kept.
    const keep = cacheDir !== undefined && problems.length === 0;
    return {
      formats,
      problems,
      capturedAt: meta.capturedAt,
      ...(keep && { written: writeCached(cacheDir, key, { meta, events, formats }) }),
    };
  }

  const live = readLive();
  const full = live.then(async ({ formats, problems, capturedAt }) => {
    const btf = await readBtf(tree);
    const modules = await readModules(tree);
    return createKernelIndex({
      provenance: { ...provenance, ...(capturedAt !== undefined && { capturedAt }) },
      events,
      formats,
      btf: btf.value,
      modules: modules.value,
      functions: () => readFunctions(tree),
      problems: [...problems, ...btf.problems, ...modules.problems],
    });
  });
  return kernelLoad({
    names: Promise.resolve(createNamesIndex(provenance, events)),
    full,
    background: live.then(({ written }) => written),
  });
}
