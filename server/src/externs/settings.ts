/** The settings that libbpf makes up, and what it has for them on a kernel. Source: libbpf.c and features.c. */
import type { KernelIndex } from '#core/kernel/model';
import { KERNEL_VERSION_SETTING, virtualSettings } from '#core/object/externs';
import { isAbsent } from '../helpers/availability';
import { helperNamed } from '../helpers/helpers';

export interface MadeUpSetting {
  readonly name: string;
  /** `extern int LINUX_KERNEL_VERSION __kconfig;` */
  readonly declaration: string;
  readonly meaning: string;
}

const meanings: ReadonlyMap<string, string> = new Map([
  [KERNEL_VERSION_SETTING, 'The version of the running kernel, to be compared with KERNEL_VERSION(a, b, c).'],
  ['LINUX_HAS_BPF_COOKIE', 'Whether the kernel has bpf_get_attach_cookie().'],
  [
    'LINUX_HAS_SYSCALL_WRAPPER',
    'Whether the functions of system calls take one pointer to their registers, as __x64_sys_openat() does.',
  ],
]);

export const madeUpSettings: readonly MadeUpSetting[] = Array.from(virtualSettings, ([name, type]) => ({
  name,
  declaration: `extern ${type} ${name} __kconfig;`,
  meaning: meanings.get(name) ?? '',
}));

export const madeUpSetting = (name: string): MadeUpSetting | undefined =>
  madeUpSettings.find((one) => one.name === name);

/** A number, and how C writes it. */
export interface SettingValue {
  readonly number: number;
  readonly text: string;
}

/** Undefined where it is not certain. */
export function settingValue(index: KernelIndex, name: string): SettingValue | undefined {
  if (name === KERNEL_VERSION_SETTING) return versionOf(index.provenance.release);
  const answer = name === 'LINUX_HAS_BPF_COOKIE' ? hasCookie(index) : hasWrapper(index);
  return answer === undefined ? undefined : { number: Number(answer), text: `${answer}` };
}

/**
 * Debian's and Ubuntu's kernels have a zero for what their versions have elsewhere, where libbpf looks. It has a byte for the
 * last part.
 */
function versionOf(release: string): SettingValue | undefined {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(release)?.slice(1).map(Number) ?? [];
  const [major = 0, minor = 0, patch = 0] = parts;
  if (patch === 0 || patch > 255) return undefined;
  const text = `KERNEL_VERSION(${major}, ${minor}, ${patch})`;
  return { number: major * 0x10000 + minor * 0x100 + patch, text };
}

function hasCookie(index: KernelIndex): boolean | undefined {
  const helper = helperNamed('bpf_get_attach_cookie');
  if (!helper || index.types.enumeration('bpf_func_id') === undefined) return undefined;
  return !isAbsent(index, helper);
}

/** It tries to put a kprobe on one of them. */
function hasWrapper({ types, provenance }: KernelIndex): boolean | undefined {
  const prefix = { x86_64: 'x64', aarch64: 'arm64' }[provenance.machine];
  if (prefix === undefined || types.empty) return undefined;
  return types.func(`__${prefix}_sys_bpf`) !== undefined && types.func('register_kprobe') !== undefined;
}
