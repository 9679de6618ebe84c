/**
 * The arguments of the system call that a program of `ksyscall/…` (or of the kernel's own symbol for it) has as parameters of
 * `BPF_KSYSCALL(name, …)`: those of its sys_enter event, which the kernel makes of the same SYSCALL_DEFINE.
 */
import { fieldFacts, syscallArguments, type FieldFacts } from '#core/kernel/fields';
import type { FormatField, KernelIndex, TracepointFormat } from '#core/kernel/model';

export interface Syscall {
  /** `openat` */
  readonly name: string;
  readonly format: TracepointFormat;
  /** At most six. */
  readonly fields: readonly FormatField[];
}

/** libbpf's macros that take the arguments out of the registers that a system call's wrapper is given. */
export const syscallMacro = /^BPF_(?:KSYSCALL|KPROBE_SYSCALL)$/;

/** Undefined for other sections, and for calls that the kernel has no event for. */
export function syscallOf(index: KernelIndex, section: string): Syscall | undefined {
  const name = /^\??(?:ksyscall\/|kprobe\/__(?!ia32_compat)[a-z0-9]+_sys_)(\w+)$/.exec(section)?.[1];
  const format = name === undefined ? undefined : index.format('syscalls', `sys_enter_${name}`);
  return name === undefined || format === undefined
    ? undefined
    : { name, format, fields: syscallArguments(format) };
}

/** As a parameter: `const char *filename`. The macro has a `ctx` of its own. */
export function syscallParameter({ declaration }: FormatField): string {
  return declaration
    .replace(/\s+/g, ' ')
    .replace(/\* (?=[\w*])/g, '*')
    .replace(/\bctx$/, 'ctx_');
}

export function syscallFacts({ format, fields }: Syscall, n: number): FieldFacts | undefined {
  const field = fields[n];
  return field && fieldFacts(format, field);
}
