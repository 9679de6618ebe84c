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
  /** The type of the program's context parameter: `struct xdp_md *`; for BPF_PROG-style, the macro. */
  readonly context?: string;
}

/** A SEC string taken apart. */
export interface SectionName {
  readonly def: SectionDef;
  /** What follows the `/`, or undefined. */
  readonly target: string | undefined;
  /** `?` before the name: the program is not loaded by default. */
  readonly optional: boolean;
}
