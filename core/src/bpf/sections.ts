/** libbpf's section names. Source: section_defs in libbpf's src/libbpf.c (1.8-dev). */

export interface SectionDef {
  /** As libbpf has it, without the plus: `tracepoint`, `xdp.frags/cpumap`, `kprobe.multi`. */
  readonly name: string;
  /** `exact`: no target may follow. `optional`: `name` or `name/target` (libbpf's `name+`). `required`: `name/` must have a target. */
  readonly target: 'exact' | 'optional' | 'required';
  /** BPF_PROG_TYPE_… */
  readonly programType: string;
  /** BPF_… attach type, where libbpf sets one. */
  readonly attachType?: string;
  readonly sleepable: boolean;
  /** What a program in this section does, one sentence. */
  readonly summary: string;
  /** How the target is written: `<category>/<name>`, `<function>[+offset]`. */
  readonly targetForm?: string;
  /**
   * The context parameter as an author writes it: `struct xdp_md *ctx`. Absent where only the target can say
   * (tracepoints, freplace).
   */
  readonly context?: string;
  /** The macro that spells the parameters out, where one is usual: `int BPF_PROG(name, struct file *file)`. */
  readonly macro?: ContextMacro;
}

/** Macros of bpf_tracing.h and usdt.bpf.h that unpack the context into parameters. */
export type ContextMacro = 'BPF_PROG' | 'BPF_KPROBE' | 'BPF_KRETPROBE' | 'BPF_KSYSCALL' | 'BPF_USDT';

/** A SEC string taken apart. */
export interface SectionName {
  readonly def: SectionDef;
  /** What follows `name/` (possibly empty), or undefined where there is no `/` after the name. */
  readonly target: string | undefined;
  /** `?` before the name: the program is not loaded by default. */
  readonly optional: boolean;
}
