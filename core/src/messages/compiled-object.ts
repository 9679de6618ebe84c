/**
 * `ebpf/compiledObject`: what clang made of a document, to be judged by the kernels that were chosen. It counts for as long
 * as the document is this text.
 */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({
  /** Of a document that is open in the server. */
  uri: v.string(),
  /** What was compiled. */
  text: v.string(),
  /** The object file, in base64. */
  object: v.pipe(v.string(), v.base64()),
});

/** Whether it was taken. */
const Result = v.boolean();

export const compiledObjectRequest = {
  method: 'ebpf/compiledObject',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
