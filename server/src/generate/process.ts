/** What a record says of the task that the event happened in. Each form is explained in docs/process-information.md. */
import type { ProcessFact } from '#core/messages/generate-handler';
import { integerMember, stringMember } from './field';
import type { Part, RecordMember } from './model';
import { scalarOf } from './scalar';

export interface FactPlan {
  readonly fact: ProcessFact;
  readonly member: RecordMember;
  /** The value, for all but `comm`. */
  readonly value: string;
  /** Locals that the value needs. */
  readonly needs: 'pid_tgid' | 'task' | undefined;
  /** Functions that the value calls, what they call first. */
  readonly helpers: readonly Part[];
}

/** In the order in which a record has them. */
export function planFacts(facts: readonly ProcessFact[]): readonly FactPlan[] {
  return order.filter((fact) => facts.includes(fact)).map((fact) => plans[fact]);
}

const order: readonly ProcessFact[] = [
  ...(['cgroup_id', 'pid', 'tid', 'ppid', 'uid', 'ns_pid', 'ns_ppid', 'pid_ns', 'comm'] as const),
];

const helper = (name: string, text: string): Part => ({ kind: 'helper', name, text });

/** A struct pid has a number in every PID namespace that sees it; the last is that of the task's own. */
const ownUpid = helper(
  'own_upid',
  `/* The number that a task has in its own PID namespace, the innermost of those that see it. */
static __always_inline struct upid own_upid(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	struct upid id = {};

	bpf_core_read(&id, sizeof(id), &pid->numbers[level]);
	return id;
}`,
);

const nsPpid = helper(
  'ns_ppid_of',
  `/* What getppid() returns: 0 for a parent that the task's own PID namespace does not see. */
static __always_inline __u32 ns_ppid_of(struct task_struct *task)
{
	struct pid *parent = BPF_CORE_READ(task, real_parent, group_leader, thread_pid);
	unsigned int level = BPF_CORE_READ(task, group_leader, thread_pid, level);
	struct upid id = own_upid(task), parent_id = {};

	if (BPF_CORE_READ(parent, level) >= level)
		bpf_core_read(&parent_id, sizeof(parent_id), &parent->numbers[level]);
	return parent_id.ns == id.ns ? parent_id.nr : 0;
}`,
);

const pidNs = helper(
  'pid_ns_of',
  `static __always_inline __u32 pid_ns_of(struct task_struct *task)
{
	struct upid id = own_upid(task);

	return BPF_CORE_READ(id.ns, ns.inum);
}`,
);

function plan(
  fact: ProcessFact,
  value: string,
  needs: FactPlan['needs'],
  ...helpers: readonly Part[]
): FactPlan {
  return { fact, value, needs, helpers, member: integerMember(fact, scalarOf(4, false)) };
}

const plans: Readonly<Record<ProcessFact, FactPlan>> = {
  pid: plan('pid', 'pid_tgid >> 32', 'pid_tgid'),
  tid: plan('tid', '(__u32)pid_tgid', 'pid_tgid'),
  ppid: plan('ppid', 'BPF_CORE_READ(task, real_parent, tgid)', 'task'),
  uid: plan('uid', '(__u32)bpf_get_current_uid_gid()', undefined),
  ns_pid: plan('ns_pid', 'own_upid(task).nr', 'task', ownUpid),
  ns_ppid: plan('ns_ppid', 'ns_ppid_of(task)', 'task', ownUpid, nsPpid),
  pid_ns: plan('pid_ns', 'pid_ns_of(task)', 'task', ownUpid, pidNs),
  cgroup_id: {
    ...plan('cgroup_id', 'bpf_get_current_cgroup_id()', undefined),
    member: integerMember('cgroup_id', scalarOf(8, false)),
  },
  comm: { ...plan('comm', '', undefined), member: stringMember('comm', 16) },
};
