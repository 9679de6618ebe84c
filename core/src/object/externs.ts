/**
 * Variables that libbpf fills in: `extern … __ksym`, the kernel's, and `extern … __kconfig`, of its configuration. Source: libbpf.c,
 * bpf_object__collect_externs(), bpf_object__resolve_ksym_var_btf_id() and bpf_object__resolve_externs().
 */
import type { Btf } from '../btf/btf';
import { resolve } from '../btf/resolve';
import type { ElfFile } from '../elf/elf';
import { typesAreCompatible } from './compatible';
import type { KernelTypes } from './relocate';

export interface KernelVariable {
  readonly name: string;
  /** libbpf loads the object without it. */
  readonly weak: boolean;
  /**
   * `by-address`: declared `void`, looked up among all symbols of the kernel, of which nothing is known here. `absent`: its BTF
   * has none. `unknown`: nor has it, but a module's may. `other`: it is of another kind there. `unsure`: it depends on modules.
   */
  readonly state: 'present' | 'absent' | 'unknown' | 'other' | 'unsure' | 'by-address';
}

export interface Setting {
  readonly name: string;
  readonly weak: boolean;
  readonly trouble: SettingTrouble | undefined;
}

/**
 * `name`: neither `CONFIG_…` nor one that libbpf makes up. `type`: of a kind that no setting has. `number`: libbpf has a number
 * for it, and the type takes none. `small`: the number does not fit.
 */
export type SettingTrouble = 'name' | 'type' | 'number' | 'small';

/** What libbpf takes the type of a setting for; `unknown` it refuses. */
export interface SettingType {
  readonly kind: 'bool' | 'tristate' | 'char' | 'int' | 'string' | 'unknown';
  /** Bytes. */
  readonly size: number;
}

export const KERNEL_VERSION_SETTING = 'LINUX_KERNEL_VERSION';

/** Those that are not of the kernel's configuration, with the types that libbpf's own headers give them. */
export const virtualSettings: ReadonlyMap<string, string> = new Map([
  [KERNEL_VERSION_SETTING, 'int'],
  ['LINUX_HAS_BPF_COOKIE', '_Bool'],
  ['LINUX_HAS_SYSCALL_WRAPPER', '_Bool'],
]);

export interface Externs {
  readonly variables: readonly KernelVariable[];
  readonly settings: readonly Setting[];
}

/** Those that its code refers to: of the others clang makes no symbols. */
export function externsOf(
  { btf, elf }: { readonly btf: Btf; readonly elf: ElfFile },
  kernel: KernelTypes,
): Externs {
  const wanted = new Map<string, boolean>();
  for (const { name, section, binding } of elf.symbols) {
    if (section === 0 && name !== '') wanted.set(name, binding === 'weak');
  }
  const declared = (section: string) =>
    btf.sectionVariables(btf.find('datasec', section)).flatMap(({ type }) => {
      const name = btf.name(type);
      const weak = wanted.get(name);
      return weak === undefined || btf.kind(type) !== 'var' ? [] : [{ name, weak, type: btf.type(type) }];
    });
  return {
    variables: declared('.ksyms').map(({ name, weak, type }) => ({
      ...{ name, weak },
      state: stateOf({ btf, name, type }, kernel),
    })),
    settings: declared('.kconfig').map(({ name, weak, type }) => ({
      ...{ name, weak },
      trouble: settingTrouble(name, weak, settingType(btf, type)),
    })),
  };
}

function stateOf(
  { btf, name, type }: { readonly btf: Btf; readonly name: string; readonly type: number },
  { btf: kernel, hasAllModules }: KernelTypes,
): KernelVariable['state'] {
  const local = resolve(btf, type);
  if (btf.kind(local) === 'void') return 'by-address';
  const id = kernel.find('var', name);
  if (id === 0) return hasAllModules ? 'absent' : 'unknown';
  if (id >= kernel.files[0].endId && !hasAllModules) return 'unsure';
  const target = resolve(kernel, kernel.type(id));
  const answer = typesAreCompatible({ ...{ local: btf, localId: local }, target: kernel, targetId: target });
  return answer === true ? 'present' : answer === 'error' ? 'unsure' : 'other';
}

/** Source: libbpf.c, find_kcfg_type(). */
function settingType(btf: Btf, id: number): SettingType {
  const type = resolve(btf, id);
  const size = btf.ownSize(type);
  switch (btf.kind(type)) {
    case 'int':
      if (btf.int(type)?.bool === true) return { kind: size === 1 ? 'bool' : 'unknown', size };
      if (size === 1) return { kind: 'char', size };
      return { kind: [2, 4, 8].includes(size) ? 'int' : 'unknown', size };
    case 'enum':
    case 'enum64': {
      const isKnown = btf.name(type) === 'libbpf_tristate' && (size === 4 || btf.kind(type) === 'enum64');
      return { kind: isKnown ? 'tristate' : 'unknown', size };
    }
    case 'array': {
      const length = btf.array(type)?.length ?? 0;
      const isText = length > 0 && settingType(btf, btf.type(type)).kind === 'char';
      return { kind: isText ? 'string' : 'unknown', size: length };
    }
    default:
      return { kind: 'unknown', size };
  }
}

/** Source: libbpf.c, bpf_object__resolve_externs() and set_kcfg_value_num(). */
export function settingTrouble(
  name: string,
  weak: boolean,
  { kind, size }: SettingType,
): SettingTrouble | undefined {
  if (kind === 'unknown') return 'type';
  if (name.startsWith('CONFIG_')) return undefined;
  // What it does not know, or not yet, is zero.
  if (!virtualSettings.has(name) && !(weak && name.startsWith('LINUX_'))) return 'name';
  if (kind === 'tristate' || kind === 'string') return 'number';
  // KERNEL_VERSION() is above 65535 since there are versions.
  return name === KERNEL_VERSION_SETTING && size < 4 ? 'small' : undefined;
}
