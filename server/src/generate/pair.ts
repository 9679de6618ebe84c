/** Enter and exit of a system call as one record: a hash map keeps the arguments from one to the other. */
import { integerMember, stringMember, type FieldPlan } from './field';
import { direct, fillLines, isPartial, printed } from './read';
import { failedFilterLines, taskFilterLines } from './filters';
import { mapText } from './maps';
import type { RecordMember } from './model';
import { subjectOf } from './names';
import { commLocal, printedFacts, printLines } from './printk';
import type { FactPlan } from './process';
import { functionText, sendRecord, type SentRecord } from './program';
import { layOut } from './record';
import { scalarOf } from './scalar';
import { taskValues, type TaskValues } from './task-values';
import type { Task } from './tasks';
import type { Workshop } from './workshop';

type PairTask = Extract<Task, { kind: 'pair' }>;

const start: RecordMember = { ...integerMember('start_ns', scalarOf(8, false)), shown: 'nanoseconds' };
const latency: RecordMember = { ...integerMember('latency_ns', scalarOf(8, false)), shown: 'nanoseconds' };
const ret: RecordMember = integerMember('ret', scalarOf(8, true));
const elapsed = `bpf_ktime_get_ns() - call->${start.name}`;

/** These replace the memory that their pointers are in: at the exit there is nothing to read. */
const replacesMemory = /^sys_enter_execve(?:at)?$/;

interface PairPlan {
  readonly task: PairTask;
  readonly subject: string;
  readonly isExec: boolean;
  readonly facts: readonly FactPlan[];
  readonly values: TaskValues;
  /** The arguments. */
  readonly plans: readonly FieldPlan[];
  /** The local variable that is the key of the map of calls. */
  readonly key: { readonly name: string; readonly type: string; readonly declaration: string };
}

/** The map that keeps a call from its enter to its exit. */
interface Calls {
  readonly tag: string;
  readonly map: string;
}

export function pairPrograms(task: PairTask, workshop: Workshop): void {
  const plan = planPair(task, workshop);
  const body = workshop.order.delivery === 'printk' ? print(plan) : send(plan, workshop);
  const tag = workshop.struct(
    `${plan.subject}_call`,
    layOut([start, ...plan.plans.map((field) => savedMember(field, plan))]),
  );
  const map = workshop.unique(`${plan.subject}_calls`);
  const why = plan.isExec
    ? '/* By process: exec gives the calling thread another id, that of the leader. */\n'
    : '';
  workshop.add({ kind: 'map', name: map, text: why + mapText(map, 'calls', tag, plan.key.type) });
  addEnter(plan, { tag, map }, workshop);
  addExit(plan, { tag, map }, body, workshop);
}

function planPair(task: PairTask, workshop: Workshop): PairPlan {
  const { enter, fields } = task;
  const facts = workshop.facts(enter, fields);
  const own = [...facts.map(({ member }) => member), start, latency, ret];
  const isExec = replacesMemory.test(enter.name);
  const call = 'bpf_get_current_pid_tgid()';
  return {
    task,
    subject: subjectOf(enter.name),
    isExec,
    facts,
    values: taskValues(facts, { local: isExec ? 'pid' : 'pid_tgid' }),
    plans: workshop.fields(
      enter,
      fields,
      own.map(({ name }) => name),
    ),
    // exec makes its thread the leader of the process: the thread's id before is not the one after.
    key: isExec
      ? { name: 'pid', type: '__u32', declaration: `__u32 pid = ${call} >> 32;` }
      : { name: 'pid_tgid', type: '__u64', declaration: `__u64 pid_tgid = ${call};` },
  };
}

function addEnter({ task: { enter }, ...plan }: PairPlan, calls: Calls, workshop: Workshop): void {
  const name = workshop.programName(enter);
  const copied = plan.isExec ? plan.plans.filter(({ read }) => read.by === 'user-string') : [];
  const assigned = plan.plans.filter((field) => !copied.includes(field));
  const update = `bpf_map_update_elem(&${calls.map}, &${plan.key.name}, &call, BPF_ANY)`;
  const isCounted = workshop.order.delivery !== 'printk';
  const call = [
    `struct ${calls.tag} call = {`,
    `\t\t.${start.name} = bpf_ktime_get_ns(),`,
    ...assigned.map(({ members: [member], path }) => `\t\t.${member.name} = ctx->${path},`),
    '\t};',
  ];
  workshop.add({
    kind: 'program',
    name,
    event: { category: enter.category, name: enter.name },
    text: functionText({
      section: `tp/${enter.category}/${enter.name}`,
      name,
      ctxType: plan.plans.length > 0 ? workshop.ctxType(enter, plan.plans) : 'void *',
      locals: [plan.key.declaration, call.join('\n')],
      body: [
        taskFilterLines(workshop.filters, plan.values.pid, 'return 0;'),
        [
          ...copied.flatMap((field) => fillLines(field, 'call.', direct('ctx', field.path))),
          ...(isCounted
            ? [`if (${update})`, `\t__sync_fetch_and_add(&${workshop.dropped()}, 1);`]
            : [`${update};`]),
          'return 0;',
        ],
      ],
    }),
  });
}

function addExit(
  { task: { exit }, ...plan }: PairPlan,
  calls: Calls,
  sent: SentRecord,
  workshop: Workshop,
): void {
  const name = workshop.programName(exit);
  const failed = failedFilterLines(workshop.filters, leave);
  const jumps = [...failed, ...sent.body.flat()].some((line) => line.includes(leave));
  workshop.add({
    kind: 'program',
    name,
    event: { category: exit.category, name: exit.name },
    text: functionText({
      section: `tp/${exit.category}/${exit.name}`,
      name,
      ctxType: workshop.ctxType(exit, []),
      locals: [plan.key.declaration, ...plan.values.locals, `struct ${calls.tag} *call;`, ...sent.locals],
      body: [
        [`call = bpf_map_lookup_elem(&${calls.map}, &${plan.key.name});`, 'if (!call)', '\treturn 0;'],
        failed,
        ...sent.body,
        [
          ...(jumps ? ['cleanup:'] : []),
          `bpf_map_delete_elem(&${calls.map}, &${plan.key.name});`,
          'return 0;',
        ],
      ],
    }),
  });
}

const leave = 'goto cleanup;';

function send(
  { task: { enter, exit }, subject, isExec, facts, values, plans }: PairPlan,
  workshop: Workshop,
): SentRecord {
  const { delivery } = workshop.order;
  workshop.announce(enter, plans);
  const members = [
    ...facts.map(({ member }) => member),
    latency,
    ret,
    ...plans.flatMap((plan) => plan.members),
  ];
  const events = [enter, exit].map(({ category, name }) => ({ category, name }));
  const record = workshop.record(subject, members, events);
  const partial = isExec ? [] : plans.filter(isPartial);
  return sendRecord(
    {
      ...record,
      delivery: delivery === 'perfbuf' ? delivery : 'ringbuf',
      dropped: workshop.dropped(),
      leave,
    },
    [
      ...values.fills,
      { member: latency.name, lines: (into) => [`${into}${latency.name} = ${elapsed};`] },
      { member: ret.name, lines: (into) => [`${into}${ret.name} = ctx->ret;`] },
      ...plans.map((plan) => ({
        member: plan.members[0].name,
        lines: (into: string) => restoreLines(plan, into, isExec),
      })),
    ],
    partial.map(({ members: [member] }) => member.name),
  );
}

function restoreLines(plan: FieldPlan, into: string, isExec: boolean): readonly string[] {
  const { name } = plan.members[0];
  if (plan.read.by !== 'user-string') return [`${into}${name} = call->${name};`];
  if (isExec) return [`__builtin_memcpy(${into}${name}, call->${name}, sizeof(${into}${name}));`];
  return fillLines(plan, into, direct('call', name));
}

function print({ subject, isExec, facts, values, plans }: PairPlan): SentRecord {
  const comm = commLocal(facts);
  const lines = printLines(subject, [
    ...printedFacts(facts, values),
    { name: ret.name, conversion: '%lld', argument: 'ctx->ret', isString: false },
    { name: latency.name, conversion: '%llu', argument: elapsed, isString: false },
    ...plans.flatMap((plan) => {
      const { name } = plan.members[0];
      const text = printed(plan, direct('call', name));
      return text === undefined
        ? []
        : [{ name, ...text, ...(isExec && text.isString && { conversion: '%s' }) }];
    }),
  ]);
  return { locals: comm.locals, body: [[...comm.lines, ...lines]] };
}

/** What is kept of an argument from the enter to the exit: of a string its address, where that is still good then. */
function savedMember(
  { members: [member], read }: FieldPlan,
  { isExec }: Pick<PairPlan, 'isExec'>,
): RecordMember {
  if (read.by !== 'user-string') return member;
  return isExec
    ? stringMember(member.name, member.size)
    : integerMember(member.name, scalarOf(8, false, true));
}
