/**
 * Which kernel to work with: the value of `initializationOptions.kernel`, of the settings `ebpf.kernel`
 * and `ebpf.alsoCheck`, and what the command line's `--kernel` is turned into.
 */
import * as v from 'valibot';

const path = v.pipe(v.string(), v.minLength(1));

export const kernelSourceSchema = v.variant('kind', [
  /** This machine's own kernel if it can be read, else the bundled default. */
  v.object({ kind: v.literal('auto') }),
  /** This machine's own kernel: tracefs and /sys/kernel/btf. */
  v.object({ kind: v.literal('local') }),
  /** One that comes with the extension, by id: `6.12-debian-amd64`. */
  v.object({ kind: v.literal('bundled'), id: v.pipe(v.string(), v.minLength(1)) }),
  /** A kernel directory (kernels/README.md). */
  v.object({ kind: v.literal('directory'), path }),
  /** An `.ebpfkernel` file. */
  v.object({ kind: v.literal('snapshot'), path }),
]);

export type KernelSource = Readonly<v.InferOutput<typeof kernelSourceSchema>>;
