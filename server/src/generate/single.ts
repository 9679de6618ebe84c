/** One event, one program. */
import { syscallSide } from '#core/kernel/fields';
import type { FieldPlan } from './field';
import { fillLines, isPartial, printed } from './read';
import { failedFilterLines, taskFilterLines } from './filters';
import { subjectOf } from './names';
import { commLocal, printedFacts, printLines } from './printk';
import { planFacts } from './process';
import { functionText, sendRecord, type SentRecord } from './program';
import { taskValues } from './task-values';
import type { Task } from './tasks';
import type { Workshop } from './workshop';

export function singleProgram(
  { format, fields }: Extract<Task, { kind: 'single' }>,
  workshop: Workshop,
): void {
  const { filters, order } = workshop;
  const { delivery } = order;
  const subject = subjectOf(format.name);
  const event = { category: format.category, name: format.name };
  const wanted = workshop.facts(format, fields);
  const plans = workshop.fields(
    format,
    fields,
    wanted.map(({ member }) => member.name),
  );
  // A record cannot be empty.
  const facts = delivery !== 'printk' && wanted.length + plans.length === 0 ? planFacts(['pid']) : wanted;
  const task = taskValues(facts, { otherUses: filters.pid === undefined ? 0 : 1 });
  const guard = [
    ...taskFilterLines(filters, task.pid, 'return 0;'),
    ...failedFilterLines(filters, 'return 0;'),
  ];
  const value = ({ path }: FieldPlan) => `ctx->${path}`;
  noteUserStrings();

  const { locals, body } = delivery === 'printk' ? print() : send(delivery);
  const usesCtx = plans.length > 0 || filters.failed !== undefined;
  const name = workshop.programName(format);
  workshop.add({
    kind: 'program',
    name,
    event,
    text: functionText({
      section: `tp/${format.category}/${format.name}`,
      name,
      ctxType: usesCtx ? workshop.ctxType(format) : 'void *',
      locals: [...task.locals, ...locals],
      body: [guard, ...body.slice(0, -1), [...(body.at(-1) ?? []), 'return 0;']],
    }),
  });

  function send(by: 'ringbuf' | 'perfbuf'): SentRecord {
    workshop.announce(format, plans);
    const members = [...facts.map(({ member }) => member), ...plans.flatMap((plan) => plan.members)];
    const record = workshop.record(subject, members, [event]);
    return sendRecord(
      { ...record, delivery: by, dropped: workshop.dropped(), leave: 'return 0;' },
      [
        ...task.fills,
        ...plans.map((plan) => ({
          member: plan.members[0].name,
          lines: (into: string) => fillLines(plan, into, value(plan)),
        })),
      ],
      plans.filter(isPartial).map(({ members: [member] }) => member.name),
    );
  }

  function print(): SentRecord {
    const comm = commLocal(facts);
    const values = plans.flatMap((plan) => {
      const text = printed(plan, value(plan));
      if (text !== undefined) return [{ name: plan.members[0].name, ...text }];
      workshop.note(`${format.name}: ${plan.field.name} is left out, bpf_printk() prints no arrays.`);
      return [];
    });
    const lines = printLines(subject, [...printedFacts(facts, task), ...values]);
    return {
      locals: [...comm.locals, ...values.flatMap(({ local }) => (local === undefined ? [] : [local]))],
      body: [[...comm.lines, ...values.flatMap(({ line }) => (line === undefined ? [] : [line])), ...lines]],
    };
  }

  function noteUserStrings(): void {
    const strings = plans.filter(({ read }) => read.by === 'user-string').map(({ field }) => field.name);
    if (syscallSide(format) === 'enter' && strings.length > 0)
      workshop.note(
        `${format.name}: ${strings.join(', ')} may arrive empty, where the page is not in memory before the call; a pair reads at the exit.`,
      );
  }
}
