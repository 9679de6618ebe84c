/** `ebpf/tracepoint`: everything the target kernel says about one event; null where it has no such event. */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';
import { KernelSummary } from './kernel-state';

const Params = v.object({ category: v.string(), name: v.string() });

const Field = v.object({
  name: v.string(),
  /** As the format prints it: `const char * filename`, `__data_loc char[] filename`. */
  declaration: v.string(),
  type: v.string(),
  /** Bytes from the start of the record. */
  offset: v.number(),
  /** Bytes in the record. */
  size: v.number(),
  signed: v.boolean(),
  /** n of `ctx->args[n]`, for the arguments of a syscall. */
  argument: v.exactOptional(v.number()),
  /** What the pointer points to, where the field is one. */
  pointer: v.exactOptional(v.picklist(['user', 'kernel'])),
  dynamic: v.exactOptional(v.picklist(['data_loc', 'rel_loc'])),
  /** False for padding, and for what the event's name says already: a generated handler leaves it out unless told. */
  worthHaving: v.boolean(),
});
export type TracepointField = v.InferOutput<typeof Field>;

const Description = v.object({
  category: v.string(),
  name: v.string(),
  /** The SEC string: `tp/syscalls/sys_enter_fchmodat`. */
  section: v.string(),
  /** The ctx struct's tag without `struct`, where the rule gives one. */
  struct: v.exactOptional(v.string()),
  /** That struct's definition in C, as the target kernel's types have it. */
  structText: v.exactOptional(v.string()),
  /** The event's own fields, in order; empty where the kernel gives no format. */
  fields: v.array(Field),
  /** Bytes that a program may read of the record. */
  recordSize: v.number(),
  /** The format file, verbatim; empty where there is none. */
  format: v.string(),
  kernel: KernelSummary,
});
export type TracepointDescription = v.InferOutput<typeof Description>;

const Result = v.nullable(Description);

export const tracepointRequest = {
  method: 'ebpf/tracepoint',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
