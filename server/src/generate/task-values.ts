/** What a program needs of the current task: the locals it declares, and how facts are written into a record. */
import type { FactPlan } from './process';
import type { Fill } from './program';

export interface TaskValues {
  readonly locals: readonly string[];
  /** The process id, as an expression. */
  readonly pid: string;
  /** The value of a fact, as an expression; none for `comm`. */
  valueOf(fact: FactPlan): string;
  readonly fills: readonly Fill[];
}

export interface PidUse {
  /** Uses of the process id beside those of the facts. */
  readonly otherUses?: number;
  /** The local that the program has anyway: `bpf_get_current_pid_tgid()`, or the upper half of it. */
  readonly local?: 'pid_tgid' | 'pid';
}

const call = 'bpf_get_current_pid_tgid()';

export function taskValues(facts: readonly FactPlan[], { otherUses = 0, local }: PidUse): TaskValues {
  const uses = otherUses + facts.filter(({ needs }) => needs === 'pid_tgid').length;
  const declares = local === undefined && uses > 1;
  const place = (value: string) => {
    if (local === 'pid') return value === 'pid_tgid >> 32' ? 'pid' : value.replace('pid_tgid', call);
    // Read once, it needs no variable.
    return local === 'pid_tgid' || declares ? value : value.replace('pid_tgid', call);
  };
  return {
    locals: [
      ...(declares ? [`__u64 pid_tgid = ${call};`] : []),
      ...(facts.some(({ needs }) => needs === 'task')
        ? ['struct task_struct *task = (struct task_struct *)bpf_get_current_task();']
        : []),
    ],
    pid: place('pid_tgid >> 32'),
    valueOf: ({ value }) => place(value),
    fills: facts.map(({ fact, member: { name }, value }) => ({
      member: name,
      lines: (into) =>
        fact === 'comm'
          ? [`bpf_get_current_comm(${into}${name}, sizeof(${into}${name}));`]
          : [`${into}${name} = ${place(value)};`],
    })),
  };
}
