/** Where a program's file has its types from. */
import type { StructDef } from '../analysis/model';
import type { GenerateTarget } from './model';

export interface TypeSource {
  /** The kernel's own types are in reach, `struct task_struct` among them. */
  readonly hasKernelTypes: boolean;
  /** The header that has to be added for that, or for the types of <linux/types.h>. */
  readonly include: '"vmlinux.h"' | '<linux/bpf.h>' | undefined;
  /** Whether the file, or a header as it sees it, defines this struct. */
  defines(tag: string): boolean;
  /** Its definition there, if it can be looked at. */
  definition(tag: string): StructDef | undefined;
}

export function typeSourceOf({ kernel, file, headers }: GenerateTarget): TypeSource {
  const { types } = kernel.index;
  const includes = file?.includes.map(({ path }) => path) ?? [];
  const definition = (tag: string) =>
    file?.structs.find(({ name, conditional }) => name === tag && !conditional) ??
    headers?.struct(tag)?.definition;
  const source = (
    include: TypeSource['include'],
    isKernels: (tag: string) => boolean,
    hasKernelTypes: boolean,
  ) => ({
    ...{ hasKernelTypes, include, definition },
    defines: (tag: string) => definition(tag) !== undefined || isKernels(tag),
  });
  const kernelHas = (tag: string) => types.struct(tag) !== undefined;

  // What a vmlinux.h in the project does not have cannot be used; one that is not there yet will be the target's.
  if (headers?.hasVmlinux === true) return source(undefined, () => false, true);
  if (includes.some((path) => /(?:^|\/)vmlinux\.h$/.test(path))) return source(undefined, kernelHas, true);
  if (definition('task_struct') !== undefined) return source(undefined, () => false, true);
  // vmlinux.h and the headers of <linux/…> define the same types.
  if (includes.some((path) => path.startsWith('linux/'))) return source(undefined, () => false, false);
  return types.empty ? source('<linux/bpf.h>', () => false, false) : source('"vmlinux.h"', kernelHas, true);
}
