/** The tracepoints that a command is called with: by a code action, or by a tree with its row and the selected ones. */
import * as v from 'valibot';
import type { EventName } from '#core/kernel/model';

const Event = v.object({ category: v.string(), name: v.string() });

/** Empty where the arguments are something else: the palette passes none, an editor's menu its URI. */
export function eventsOf([first, selected]: readonly unknown[]): readonly EventName[] {
  const one = v.safeParse(Event, first);
  if (!one.success) return [];
  const many = v.safeParse(v.array(Event), selected);
  return many.success && many.output.length > 0 ? many.output : [one.output];
}
