/**
 * The settings: `initializationOptions` of the server, and the same keys under `ebpf.` in VS Code.
 * The manifest repeats them for the settings editor; test/unit/manifest.test.ts holds the two together.
 */
import * as v from 'valibot';
import type { Parsed, Problem } from '../result';
import { kernelSourceSchema } from './kernel-source';

/** One schema and one default per key. A key that is missing or wrong gets its default. */
export const settingsSchema = {
  /** The target kernel. */
  kernel: v.optional(kernelSourceSchema, { kind: 'auto' }),
  /** More kernels that the program must also run on. */
  alsoCheck: v.optional(v.array(kernelSourceSchema), []),
  /** Where live kernels are cached; empty for the client's own place. */
  cacheDir: v.optional(v.string(), ''),
  /** Whether clangd answers for the same documents; what it says of C is left to it then. Only a client knows `auto`. */
  besideClangd: v.optional(v.picklist(['auto', 'on', 'off']), 'auto'),
  inlayHints: v.optional(v.object({ enabled: v.optional(v.boolean(), true) }), {}),
} as const;

export type Settings = {
  readonly [K in keyof typeof settingsSchema]: v.InferOutput<(typeof settingsSchema)[K]>;
};

/** Reads settings from an untrusted value. One bad key costs one key and is one problem. */
export function parseSettings(value: unknown): Parsed<Settings> {
  const record = v.is(v.record(v.string(), v.unknown()), value) ? value : {};
  const problems: Problem[] = [];
  const read = <S extends v.GenericSchema>(key: string, schema: S): v.InferOutput<S> => {
    const result = v.safeParse(schema, record[key] ?? undefined);
    if (result.success) return result.output;
    const path = v.getDotPath(result.issues[0]);
    problems.push({ message: result.issues[0].message, where: path === null ? key : `${key}.${path}` });
    return v.parse(schema, undefined);
  };
  return {
    value: {
      kernel: read('kernel', settingsSchema.kernel),
      alsoCheck: read('alsoCheck', settingsSchema.alsoCheck),
      cacheDir: read('cacheDir', settingsSchema.cacheDir),
      besideClangd: read('besideClangd', settingsSchema.besideClangd),
      inlayHints: read('inlayHints', settingsSchema.inlayHints),
    },
    problems,
  };
}
