/**
 * `ebpf/generateHandler`: complete handlers for events of the target kernel, as edits of an open document or as the
 * text of a new file. What cannot be generated (an unknown event, a pair of an event that is no syscall) is an error
 * with the sentence to show.
 */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Name = v.pipe(v.string(), v.minLength(1));

/** What a handler can say about the task that the event happened in, as it is called in the record. */
export const ProcessFact = v.picklist([
  'pid',
  'tid',
  'ppid',
  'uid',
  'comm',
  'cgroup_id',
  'ns_pid',
  'ns_ppid',
  'pid_ns',
]);
export type ProcessFact = v.InferOutput<typeof ProcessFact>;

/** How a record gets to user space. */
export const Delivery = v.picklist(['ringbuf', 'perfbuf', 'printk']);
export type Delivery = v.InferOutput<typeof Delivery>;

/** Events that are let through; all of what is given must hold. */
const Filter = v.object({
  /** Process id (tgid) as the host sees it. */
  pid: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0x7fffffff))),
  /** The thread's name, at most 15 bytes of UTF-8. */
  comm: v.exactOptional(Name),
  /** Syscalls that returned a value below zero; needs the exit event, or `pair`. */
  failed: v.exactOptional(v.boolean()),
});

const WantedEvent = v.object({
  category: Name,
  name: Name,
  /**
   * Names of the format's fields; absent for all that are worth having (no padding, no syscall number). Of a pair, those
   * of the enter event: the return value is always there.
   */
  fields: v.exactOptional(v.array(v.string())),
});

export const GenerateOptions = v.object({
  events: v.pipe(v.array(WantedEvent), v.minLength(1)),
  /** Absent: the ring buffer, and the perf buffer where the target or a kernel of `alsoCheck` is older than 5.8. */
  delivery: v.exactOptional(Delivery),
  /** Joins `sys_enter_X` and `sys_exit_X` (whichever was asked for) into one record with return value and latency. */
  pair: v.exactOptional(v.boolean()),
  filter: v.exactOptional(Filter),
  /** Absent: `pid` and `comm`, where the event itself says neither; none for printk, whose lines begin with them. */
  process: v.exactOptional(v.array(ProcessFact)),
  /** A program beside it that loads it and prints its records. */
  loader: v.exactOptional(v.picklist(['c', 'go'])),
});
export type GenerateOptions = v.InferOutput<typeof GenerateOptions>;

const Params = v.object({
  ...GenerateOptions.entries,
  /** The open document to insert into; absent for a new file. */
  uri: v.exactOptional(v.string()),
  /** Base name of a new file without `.bpf.c`; the result has one where this is absent. */
  baseName: v.exactOptional(Name),
});

const Position = v.object({ line: v.number(), character: v.number() });
const Edit = v.object({ range: v.object({ start: Position, end: Position }), newText: v.string() });

const Result = v.object({
  /** `fchmodat`: what a new file is named after. */
  baseName: v.string(),
  /** The whole text of the document with the edits applied, or of the new file. */
  text: v.string(),
  /** For the document `uri` as it is in `version`; empty for a new file. */
  edits: v.array(Edit),
  version: v.nullable(v.number()),
  /** Names of the functions that were generated, in their order. */
  functions: v.array(v.string()),
  /** Files beside it: header, loader, Makefile; names without a folder. */
  files: v.array(v.object({ name: v.string(), text: v.string() })),
  /** What the user should know: a field that was left out and why, a kernel that lacks an event. */
  notes: v.array(v.string()),
});
export type GeneratedHandler = v.InferOutput<typeof Result>;

export const generateHandlerRequest = {
  method: 'ebpf/generateHandler',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
