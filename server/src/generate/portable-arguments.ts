/** System calls on other kernels: ctx is laid out alike everywhere, but an argument's place is the architecture's. */
import type { TracepointFormat } from '#core/kernel/model';
import { memberPath } from '#core/kernel/fields';
import type { FieldPlan } from './field';
import type { Workshop } from './workshop';

/** Says where a program reads something else than it does on the target. */
export function portableArguments(
  { category, name }: TracepointFormat,
  plans: readonly FieldPlan[],
  workshop: Workshop,
): void {
  for (const { index } of workshop.order.target.kernel.others) {
    const { release, machine } = index.provenance;
    const format = index.format(category, name);
    if (format === undefined) {
      workshop.note(`${release} (${machine}) has no event ${name}.`);
      continue;
    }
    for (const { field, path } of plans) {
      const other = format.fields.find((candidate) => candidate.name === field.name);
      const there = other && memberPath(format, other);
      if (there === path) continue;
      const what = there === undefined ? 'is no argument' : `is ${there}, not ${path},`;
      workshop.note(`${name}: ${field.name} ${what} on ${release} (${machine}).`);
    }
  }
}
