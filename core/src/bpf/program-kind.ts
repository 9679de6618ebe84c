/**
 * Kinds of programs, as the verifier tells them apart: by program type, expected attach type and whether they may sleep.
 * `XDP`, `CGROUP_SOCK_ADDR CGROUP_INET4_BIND`, `TRACING TRACE_FENTRY sleepable`.
 */
import type { SectionDef } from './sections';

export type ProgramKind = string;

/** Undefined where what is allowed depends on the target: programs that replace functions or are operations of a struct. */
export function programKind({ programType, attachType, sleepable }: SectionDef): ProgramKind | undefined {
  const type = programType.replace('BPF_PROG_TYPE_', '');
  if (type === 'EXT' || type === 'STRUCT_OPS') return undefined;
  const attach = attachType?.replace('BPF_', '');
  const parts = [type, attach === type ? '' : attach, sleepable && type !== 'SYSCALL' ? 'sleepable' : ''];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

/** As the verifier tells them apart for functions of the kernel: operations of structs are all of one kind for it. */
export function kfuncKind(def: SectionDef): ProgramKind | undefined {
  if (def.programType !== 'BPF_PROG_TYPE_STRUCT_OPS') return programKind(def);
  return def.sleepable ? 'STRUCT_OPS sleepable' : 'STRUCT_OPS';
}
