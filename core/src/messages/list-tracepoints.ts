/** `ebpf/listTracepoints`: fuzzy search over the events of the target kernel, best first. */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({
  /** Letters of `category/name` in order; empty for all, sorted. */
  query: v.string(),
  /** At most this many items in the answer. */
  limit: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Only the events of this category. */
  category: v.exactOptional(v.string()),
});

const Item = v.object({
  category: v.string(),
  name: v.string(),
  /** The ctx struct's tag without `struct`, where the rule gives one. */
  struct: v.exactOptional(v.string()),
  /** The names of the event's own fields, in order, where the format is known. */
  fields: v.exactOptional(v.array(v.string())),
});
export type TracepointItem = v.InferOutput<typeof Item>;

const Result = v.object({
  items: v.array(Item),
  /** How many events match the query, before `limit`. */
  total: v.number(),
});

export const listTracepointsRequest = {
  method: 'ebpf/listTracepoints',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
