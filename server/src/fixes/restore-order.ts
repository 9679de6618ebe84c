/** Interrupts are restored in the opposite order: two restores exchange what they restore. */
import { callAt, spelled } from './calls';
import type { VerdictFix } from './model';
import { heldAt } from './pairs';
import { after } from './statements';

export const restoreOrder: VerdictFix = {
  rules: ['irq-flag'],
  fix({ stop, text }) {
    const saved = heldAt(text, stop.statement)?.filter((one) => one.call === 'bpf_local_irq_save') ?? [];
    const last = saved.at(-1);
    const first = callAt(text, stop.statement.tokens, stop.offset);
    const [given] = first?.arguments ?? [];
    if (!last || !given || first?.name !== 'bpf_local_irq_restore' || spelled(given.tokens) === last.key)
      return undefined;
    if (!saved.some(({ key }) => key === spelled(given.tokens))) return undefined;
    for (const later of after(stop.statement)) {
      const other = later.kind === 'simple' ? callAt(text, later.head, later.span.start) : undefined;
      const [argument] = other?.arguments ?? [];
      if (other?.name !== 'bpf_local_irq_restore' || !argument || spelled(argument.tokens) !== last.key)
        continue;
      return {
        title: 'Restore what was saved last first',
        edits: [
          { span: given.span, newText: argument.text },
          { span: argument.span, newText: given.text },
        ],
        preferred: true,
      };
    }
    return undefined;
  },
};
