/** `ebpf/bundledKernels`: the kernels that ship with the server, oldest first. */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({});

const Kernel = v.object({
  /** What `{"kind":"bundled","id":…}` takes. */
  id: v.string(),
  release: v.string(),
  machine: v.string(),
});
export type BundledKernel = v.InferOutput<typeof Kernel>;

const Result = v.array(Kernel);

export const bundledKernelsRequest = {
  method: 'ebpf/bundledKernels',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
