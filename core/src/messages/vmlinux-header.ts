/** `ebpf/vmlinuxHeader`: all types of the target kernel as C, or of the bundled one where none is chosen. */
import * as v from 'valibot';
import type { CustomRequest } from './custom-message';

const Params = v.object({});

const Result = v.object({
  /** As of `uname -m`. */
  machine: v.string(),
  release: v.string(),
  /** Some megabytes; null where the kernel has no BTF. */
  text: v.nullable(v.string()),
});

export const vmlinuxHeaderRequest = {
  method: 'ebpf/vmlinuxHeader',
  params: Params,
  result: Result,
} as const satisfies CustomRequest<typeof Params, typeof Result>;
