/** `ebpf/tracepointCategories`: the categories of the target kernel's events, those that most programs use first. */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({});

const Category = v.object({
  name: v.string(),
  /** How many events it has. */
  events: v.number(),
});
export type TracepointCategory = v.InferOutput<typeof Category>;

const Result = v.array(Category);

export const tracepointCategoriesRequest = {
  method: 'ebpf/tracepointCategories',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
