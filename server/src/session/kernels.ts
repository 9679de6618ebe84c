/**
 * The target kernel and those of `alsoCheck`, as the settings name them. A change of the settings replaces all of
 * it; requests under way keep the views they have.
 */
import type { KernelIndex, KernelProvenance } from '#core/kernel/model';
import type { KernelState, KernelSummary } from '#core/messages/kernel-state';
import type { KernelSource } from '#core/settings/kernel-source';
import type { Settings } from '#core/settings/settings';
import { messageOf } from '../kernel/errors';
import { createNamesIndex } from '../kernel/kernel-index';
import type { KernelLoad } from '../kernel/load';
import type { KernelView } from '../view';
import { createKernelView } from './kernel-view';

/**
 * No promise here rejects: where nothing can be read, an index without events answers, and the state says so. What lies
 * behind the names is read when it is asked for first, and unasked soon after.
 */
export interface Target {
  /** Events alone, also those of the kernels of `alsoCheck`: no format, no type. */
  readonly names: Promise<KernelView>;
  readonly full: Promise<KernelView>;
  /** `full`, with the kernels of `alsoCheck` as its `others`. */
  readonly withOthers: Promise<KernelView>;
}

export interface TargetContext {
  readonly open: (source: KernelSource) => KernelLoad;
  /** Kernels, besides target and `alsoCheck`, whose events are known by name. */
  readonly neighbours: () => readonly KernelIndex[];
  readonly onState: (state: KernelState) => void;
  /** A kernel of `alsoCheck` that cannot be read is left out, in one sentence. */
  readonly onProblem: (message: string) => void;
  /** Settles when nobody is about to ask anything. */
  readonly rested: () => Promise<void>;
}

export function openTarget(settings: Pick<Settings, 'kernel' | 'alsoCheck'>, context: TargetContext): Target {
  const { open, neighbours, onState, rested } = context;
  onState({ state: 'loading', source: describeSource(settings.kernel) });
  const load = openWithFallback(settings.kernel, open);
  const others = openOthers(besides(settings), context);

  const view = (loaded: Loaded, views: readonly KernelView[] = []) =>
    createKernelView(loaded.index, { chosen: isChosen(loaded, settings.kernel), others: views, neighbours });
  const full = lazy(async () => {
    const loaded = await load.full();
    const state = stateOf(loaded, settings.kernel);
    onState(state);
    if (state.state === 'ready' && state.source !== 'bundled')
      setTimeout(
        () => void rested().then(() => onState({ ...state, problems: loaded.index.problems.length })),
        countingDelay,
      ).unref();
    return { loaded, view: view(loaded) };
  });
  const withOthers = lazy(async () => {
    const [target, views] = await Promise.all([full(), others.full()]);
    return views.length === 0 ? target.view : view(target.loaded, views);
  });
  setTimeout(() => void withOthers(), readingDelay).unref();
  return {
    names: Promise.all([load.names, others.names]).then(([loaded, views]) => view(loaded, views)),
    get full() {
      return full().then((target) => target.view);
    },
    get withOthers() {
      return withOthers();
    },
  };
}

/** Milliseconds after which a kernel is read that nobody has asked for: the first questions are about names. */
const readingDelay = 100;

/**
 * Milliseconds after a kernel is there; counting its problems parses all of it, and the first answers go before. Bundled
 * kernels have none: the tests read every file of them.
 */
const countingDelay = 2000;

/** What answers, and why it is not the kernel that was asked for. */
interface Loaded {
  readonly index: KernelIndex;
  readonly failure?: string;
}

const nowhere: KernelProvenance = {
  release: 'unknown',
  machine: 'unknown',
  source: 'directory',
  location: '',
};

function openWithFallback(source: KernelSource, open: TargetContext['open']) {
  const load = open(source);
  let fallback: KernelLoad | undefined;
  const stage = async (name: 'names' | 'full'): Promise<Loaded> => {
    try {
      return { index: await load[name] };
    } catch (error) {
      const failure = messageOf(error);
      if (source.kind === 'auto')
        return { index: createNamesIndex(nowhere, { value: [], problems: [] }), failure };
      try {
        fallback ??= open({ kind: 'auto' });
        return { index: await fallback[name], failure };
      } catch {
        return { index: createNamesIndex(nowhere, { value: [], problems: [] }), failure };
      }
    }
  };
  return { names: stage('names'), full: lazy(() => stage('full')) };
}

/** Each once, and not the target again. */
function besides({ kernel, alsoCheck }: Pick<Settings, 'kernel' | 'alsoCheck'>): readonly KernelSource[] {
  const sources = new Map([kernel, ...alsoCheck].map((source) => [JSON.stringify(source), source]));
  sources.delete(JSON.stringify(kernel));
  return [...sources.values()];
}

/** Each is read once; what cannot be read is left out, and said once. */
function openOthers(sources: readonly KernelSource[], { open, onProblem }: TargetContext) {
  const loads = sources.map(open);
  const views = async (indexes: readonly Promise<KernelIndex | undefined>[]) =>
    (await Promise.all(indexes)).flatMap((index) => (index ? createKernelView(index, { chosen: true }) : []));
  return {
    names: views(loads.map(({ names }) => names.catch(() => undefined))),
    full: () =>
      views(
        loads.map(({ full }, i) =>
          full.catch((error: unknown) => {
            const source = sources[i];
            if (source !== undefined)
              onProblem(`${describeSource(source)} is left out of alsoCheck: ${messageOf(error)}`);
            return undefined;
          }),
        ),
      ),
  };
}

/** A bundled kernel that only `auto` or a failure picked is nobody's choice. */
function isChosen({ index, failure }: Loaded, asked: KernelSource): boolean {
  return failure === undefined && (asked.kind !== 'auto' || index.provenance.source !== 'bundled');
}

function stateOf(loaded: Loaded, asked: KernelSource): KernelState {
  const { index, failure } = loaded;
  if (failure !== undefined) {
    return index.provenance === nowhere
      ? { state: 'failed', message: failure }
      : { state: 'failed', message: failure, fallback: kernelSummary(index.provenance) };
  }
  return {
    state: 'ready',
    ...kernelSummary(index.provenance),
    events: index.events.length,
    chosen: isChosen(loaded, asked),
  };
}

/** A provenance as messages carry it. */
export function kernelSummary(provenance: KernelProvenance): KernelSummary {
  const { source, location } = provenance;
  return source === 'bundled' ? { ...provenance, id: location } : provenance;
}

/** The source in words: what is being read. */
export function describeSource(source: KernelSource): string {
  switch (source.kind) {
    case 'auto':
    case 'local':
      return "this machine's kernel";
    case 'bundled':
      return `bundled kernel ${source.id}`;
    case 'directory':
    case 'snapshot':
      return source.path;
  }
}

function lazy<T>(begin: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => (begun ??= begin());
}
