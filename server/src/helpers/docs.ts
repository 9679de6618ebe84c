/** What the kernel's headers say of the helpers: 150 kB in a bundle of their own, read when one is looked at first. */
import type { HelperDoc } from '#core/bpf/helper-docs.generated';

export type HelperDocs = ReadonlyMap<string, HelperDoc>;

/** Reads them at most once. */
export function helperDocs(): () => Promise<HelperDocs> {
  let docs: Promise<HelperDocs> | undefined;
  return () => (docs ??= import('#core/bpf/helper-docs.generated').then((module) => module.HELPER_DOCS));
}
