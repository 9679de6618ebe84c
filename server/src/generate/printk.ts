/** Records as lines in the trace buffer. */
import { conversionOf, type Printed } from './read';
import type { FactPlan } from './process';
import type { TaskValues } from './task-values';

/** A name with what is printed behind it. */
export interface PrintedValue extends Printed {
  readonly name: string;
}

/** Linux 5.10 takes at most three arguments in one call, and one string among them. */
const maxArguments = 3;

/** @param subject what every line begins with */
export function printLines(subject: string, values: readonly PrintedValue[]): readonly string[] {
  const lines: PrintedValue[][] = [[]];
  for (const value of values) {
    const line = lines.at(-1) ?? [];
    const isFull = line.length === maxArguments || (value.isString && line.some(({ isString }) => isString));
    if (isFull) lines.push([value]);
    else line.push(value);
  }
  return lines.map((line) => {
    const text = [`${subject}:`, ...line.map(({ name, conversion }) => `${name}=${conversion}`)].join(' ');
    return `bpf_printk(${[`"${line.length === 0 ? subject : text}"`, ...line.map(({ argument }) => argument)].join(', ')});`;
  });
}

/** Facts as values; `comm` is in a local variable of that name. */
export function printedFacts(facts: readonly FactPlan[], task: TaskValues): readonly PrintedValue[] {
  return facts.map((plan): PrintedValue => {
    const { fact, member } = plan;
    if (fact === 'comm') return { name: fact, conversion: '%s', argument: 'comm', isString: true };
    const conversion = conversionOf({ size: member.size as 4 | 8, signed: false }, member.shown);
    return { name: fact, conversion, argument: task.valueOf(plan), isString: false };
  });
}

/** What must stand before lines that print `comm`. */
export function commLocal(facts: readonly FactPlan[]): {
  readonly locals: readonly string[];
  readonly lines: readonly string[];
} {
  return facts.some(({ fact }) => fact === 'comm')
    ? { locals: ['char comm[16];'], lines: ['bpf_get_current_comm(comm, sizeof(comm));'] }
    : { locals: [], lines: [] };
}
