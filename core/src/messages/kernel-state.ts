/** `ebpf/kernelState`: which kernel the server answers for. Sent at start and whenever it changes. */
import * as v from 'valibot';
import type { CustomNotification } from './custom-message';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Where the facts of a kernel come from; the same words as `KernelProvenance.source`. */
export const SourceKind = v.picklist(['local', 'directory', 'snapshot', 'bundled']);

/** A kernel as a message names it. */
export const KernelSummary = v.object({
  /** `uname -r`, or `unknown`. */
  release: v.string(),
  /** `uname -m`, or `unknown`. */
  machine: v.string(),
  source: SourceKind,
  /** The path, or for a bundled kernel its id. */
  location: v.string(),
  /** ISO 8601 time of the capture, where known. */
  capturedAt: v.exactOptional(v.string()),
  /** The id of a bundled kernel. */
  id: v.exactOptional(v.string()),
});
export type KernelSummary = v.InferOutput<typeof KernelSummary>;

/** Nothing is known yet; `source` says in words what is being read. */
const Loading = v.object({ state: v.literal('loading'), source: v.string() });

const Ready = v.object({
  state: v.literal('ready'),
  ...KernelSummary.entries,
  /** Events of `available_events`. */
  events: Count,
  /** Files and lines that could not be read. Absent at first: counting reads every format, and comes when nobody waits. */
  problems: v.exactOptional(Count),
  /** False where nobody chose this kernel: the bundled default. Findings are warnings at most then. */
  chosen: v.boolean(),
});

/** The chosen kernel could not be read. `fallback` is the kernel that answers meanwhile, if any. */
const Failed = v.object({
  state: v.literal('failed'),
  message: v.string(),
  fallback: v.exactOptional(KernelSummary),
});

export const KernelState = v.variant('state', [Loading, Ready, Failed]);
export type KernelState = v.InferOutput<typeof KernelState>;

export const kernelStateNotification = {
  method: 'ebpf/kernelState',
  params: KernelState,
} as const satisfies CustomNotification<typeof KernelState>;
