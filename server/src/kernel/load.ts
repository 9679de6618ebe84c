/**
 * A kernel that is being read. It arrives in two immutable values: the names of its events within
 * milliseconds, which is all that the first completion needs, then the whole index, which replaces them.
 */
import type { KernelIndex } from '#core/kernel/model';

export interface KernelLoad {
  /** Events only: no formats, no types. Rejects with a `KernelError`. */
  readonly names: Promise<KernelIndex>;
  /** Everything; read from when it is asked for first. Rejects with a `KernelError`. */
  readonly full: Promise<KernelIndex>;
  /** Settles, and never rejects, when everything is read and nothing of this load runs any more: the cache is written. */
  readonly idle: Promise<void>;
}

/** Where kernels are looked for. */
export interface KernelPlaces {
  /** The folder with the bundled `.ebpfkernel` files. */
  readonly bundledDir: string;
  /** Where live kernels are cached; without it they are read anew each time. */
  readonly cacheDir?: string;
  /** The files of this machine; for tests. */
  readonly host?: HostPaths;
}

export interface HostPaths {
  /** Mount points of tracefs; the first one that answers is taken. */
  readonly tracing: readonly string[];
  /** `/sys/kernel/btf`: `vmlinux`, and one file a module. */
  readonly btf: string;
  /** `/proc/modules`. */
  readonly modules: string;
  /** `/sys/kernel/notes`, which holds the kernel's build id. */
  readonly notes: string;
}

interface FullStage {
  readonly full: Promise<KernelIndex>;
  readonly background?: Promise<unknown>;
}

/** A load whose promises nobody takes is no unhandled rejection. `readFull` is called once at most. */
export function kernelLoad(names: Promise<KernelIndex>, readFull: () => FullStage): KernelLoad {
  names.catch(() => undefined);
  let begun: FullStage | undefined;
  const begin = () => {
    if (begun === undefined) {
      begun = readFull();
      begun.full.catch(() => undefined);
      begun.background?.catch(() => undefined);
    }
    return begun;
  };
  return {
    names,
    get full() {
      return begin().full;
    },
    get idle() {
      const { full, background } = begin();
      return Promise.allSettled([names, full, background]).then(() => undefined);
    },
  };
}

/** Lets what waits for the first stage run before the work of the second begins. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
