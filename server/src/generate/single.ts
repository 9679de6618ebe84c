/** One event, one program. */
import { syscallSide } from '#core/kernel/fields';
import { failedFilterLines, taskFilterLines } from './filters';
import { subjectOf } from './names';
import { commLocal, printedFacts, printLines } from './printk';
import { portableReads } from './portable';
import { branchLines, isPartialRead, portableFills, printReads } from './portable-text';
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
  noteUserStrings();
  const usesCtx = plans.length > 0 || filters.failed !== undefined;
  const ctxType = usesCtx ? workshop.ctxType(format, plans) : 'void *';
  const portable = portableReads(format, plans, workshop);

  const { locals, body } = delivery === 'printk' ? print() : send(delivery);
  const name = workshop.programName(format);
  workshop.add({
    kind: 'program',
    name,
    event,
    text: functionText({
      section: `tp/${format.category}/${format.name}`,
      name,
      ctxType,
      locals: [...task.locals, ...portable.locals, ...locals],
      body: [guard, ...body.slice(0, -1), [...(body.at(-1) ?? []), 'return 0;']],
    }),
  });

  function send(by: 'ringbuf' | 'perfbuf'): SentRecord {
    workshop.announce(format, portable.plans);
    const members = [...facts.map(({ member }) => member), ...portable.plans.flatMap((plan) => plan.members)];
    const record = workshop.record(subject, members, [event]);
    const partial = plans.filter((_, i) =>
      portable.branches.some(({ reads }) => reads[i] === undefined || isPartialRead(reads[i])),
    );
    return sendRecord(
      { ...record, delivery: by, dropped: workshop.dropped(), leave: 'return 0;' },
      [...task.fills, ...portableFills(portable, record.layout)],
      partial.map(({ members: [member] }) => member.name),
    );
  }

  function print(): SentRecord {
    const comm = commLocal(facts);
    const locals = new Set(comm.locals);
    const lines = branchLines(portable.branches, (reads) => {
      const before: string[] = [];
      const values = reads.flatMap((read) => {
        const text = printReads(read, portable.branches.length > 1);
        const { field, members } = read.plan;
        if (read.ways.length === 0) return [];
        if (text === undefined) {
          workshop.note(`${format.name}: ${field.name} is left out, bpf_printk() cannot print it.`);
          return [];
        }
        if (text.local !== undefined) locals.add(text.local);
        if (text.line !== undefined) before.push(text.line);
        return [{ name: members[0].name, ...text }];
      });
      return [...before, ...printLines(subject, [...printedFacts(facts, task), ...values])];
    });
    return { locals: [...locals], body: [[...comm.lines, ...lines]] };
  }

  function noteUserStrings(): void {
    const strings = plans.filter(({ read }) => read.by === 'user-string').map(({ field }) => field.name);
    if (syscallSide(format) === 'enter' && strings.length > 0)
      workshop.note(
        `${format.name}: ${strings.join(', ')} may arrive empty, where the page is not in memory before the call; a pair reads at the exit.`,
      );
  }
}
