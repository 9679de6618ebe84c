/** The uses of ctx that belong to an event which the target kernel knows. */
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse, Program, Span } from '../analysis/model';
import type { DocumentView } from '../view';

export interface TracepointUse {
  readonly use: CtxUse;
  readonly format: TracepointFormat;
}

/** All of them, certain or not; `range`: those near it. */
export function tracepointUses(view: DocumentView, range?: Span): readonly TracepointUse[] {
  const found: TracepointUse[] = [];
  const { ctxUses } = range === undefined ? view.source : view.source.lookup.within(range);
  for (const use of ctxUses) {
    const format = formatOf(view, use.programs[0]);
    if (format) found.push({ use, format });
  }
  return found;
}

/** Those on which a diagnostic may rest. */
export function certainUses(view: DocumentView): readonly TracepointUse[] {
  const found =
    certain.get(view) ??
    tracepointUses(view).filter(
      ({ use }) =>
        use.certain &&
        use.programs.every((program) => !program.section.conditional && !program.function.conditional),
    );
  certain.set(view, found);
  return found;
}

/** Found once for all checks of a view. */
const certain = new WeakMap<DocumentView, readonly TracepointUse[]>();

export function formatOf(view: DocumentView, program: Program): TracepointFormat | undefined {
  const target = program.section.tracepoint;
  return target && view.kernel.index.format(target.category, target.name);
}

/** `sched:sched_switch`, as tracefs and perf write it. */
export function eventName(format: { readonly category: string; readonly name: string }): string {
  return `${format.category}:${format.name}`;
}
