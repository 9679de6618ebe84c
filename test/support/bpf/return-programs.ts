/** A program of every section of libbpf for each of some constants, which it returns. */
import { SECTIONS } from '#core/bpf/section-table';
import type { SectionDef } from '#core/bpf/sections';
import { targetsOf } from './probe';

export interface ReturnProgram {
  readonly name: string;
  readonly text: string;
  readonly section: string;
  readonly def: SectionDef;
  readonly target: string | undefined;
  readonly value: number;
}

export const returnedConstants = [-4096, -4095, -2, -1, 0, 1, 2, 3, 4, 5, 128];

/** What stands for a target where the program's type needs none to be loaded. */
const anyTargets: Readonly<Record<string, string>> = {
  TRACEPOINT: 'sched/sched_switch',
  RAW_TRACEPOINT: 'sched_switch',
  RAW_TRACEPOINT_WRITABLE: 'sched_switch',
  KPROBE: 'do_unlinkat',
};

/** Not of those that replace a function, and of operations of a struct: what they return is what that one may. */
export function returnPrograms(): readonly ReturnProgram[] {
  const defs = SECTIONS.filter(({ programType }) => !/_(?:EXT|STRUCT_OPS)$/.test(programType));
  return defs.flatMap((def, n) =>
    targetsOf(def).flatMap((target, m) => {
      const written = target ?? anyTargets[def.programType.replace('BPF_PROG_TYPE_', '')];
      const section = written === undefined || def.target === 'exact' ? def.name : `${def.name}/${written}`;
      return returnedConstants.map((value, k): ReturnProgram => {
        const name = `r${n}_${m}_${k}`;
        const text = `SEC("${section}")\nint ${name}(void *ctx)\n{\n\treturn ${value};\n}\n`;
        return { name, text, section, def, target, value };
      });
    }),
  );
}
