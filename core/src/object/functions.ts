/**
 * Functions of the kernel that an object calls or takes the address of: `extern … __ksym`. Source: libbpf.c,
 * bpf_object__collect_externs() and bpf_object__resolve_ksym_func_btf_id().
 */
import type { Btf } from '../btf/btf';
import type { ElfFile } from '../elf/elf';
import { typesAreCompatible } from './compatible';
import type { KernelTypes } from './relocate';

export interface KernelFunction {
  /** As the object has it. */
  readonly name: string;
  /** Without what follows three underscores. */
  readonly kernelName: string;
  /** libbpf loads the object without it. */
  readonly weak: boolean;
  /**
   * `absent`: the kernel has none. `unknown`: nor has it, but a module may. `other`: it is declared otherwise. `unsure`: it
   * depends on modules that are loaded or not, or on the version of libbpf.
   */
  readonly state: 'present' | 'absent' | 'unknown' | 'other' | 'unsure';
}

/** By its name in the object. */
export type KernelFunctions = ReadonlyMap<string, KernelFunction>;

/** Those that its code refers to: of the others clang makes no symbols. */
export function kernelFunctions(
  { btf, elf }: { readonly btf: Btf; readonly elf: ElfFile },
  kernel: KernelTypes,
): KernelFunctions {
  const wanted = new Map<string, boolean>();
  for (const { name, section, binding } of elf.symbols) {
    if (section === 0 && name !== '') wanted.set(name, binding === 'weak');
  }
  const found = new Map<string, KernelFunction>();
  for (const { type } of btf.sectionVariables(btf.find('datasec', '.ksyms'))) {
    const name = btf.name(type);
    const weak = wanted.get(name);
    if (weak === undefined || btf.kind(type) !== 'func') continue;
    const kernelName = name.replace(/(?<=[^_])___[^_].*$/, '');
    // Libraries before 1.3 look for the whole name.
    const isFlavour = kernelName !== name;
    const state = stateOf({ btf, type, weak, kernelName }, kernel);
    const isThere = state !== 'absent' && state !== 'unknown';
    found.set(name, { name, kernelName, weak, state: isFlavour && isThere ? 'unsure' : state });
  }
  return found;
}

interface Wanted {
  readonly btf: Btf;
  readonly type: number;
  readonly weak: boolean;
  readonly kernelName: string;
}

function stateOf(
  { btf, type, weak, kernelName }: Wanted,
  { btf: kernel, hasAllModules }: KernelTypes,
): KernelFunction['state'] {
  const id = kernel.find('func', kernelName);
  if (id === 0) return hasAllModules ? 'absent' : 'unknown';
  if (id >= kernel.files[0].endId && !hasAllModules) return 'unsure';
  const isSame = typesAreCompatible({
    ...{ local: btf, localId: btf.type(type) },
    ...{ target: kernel, targetId: kernel.type(id) },
  });
  if (isSame === true) return 'present';
  // Newer versions of libbpf do without one that may be missing.
  return weak || isSame === 'error' ? 'unsure' : 'other';
}
