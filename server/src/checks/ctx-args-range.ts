/**
 * `ctx->args[n]` past the arguments of a `sys_enter` event. A direct load past the record loads, then fails to attach:
 * the kernel compares the highest ctx offset with the record's size. A copy through a helper attaches and reads what is
 * no argument; `args[6]` and beyond do not exist in the struct, so libbpf cannot relocate them.
 */
import { syscallArguments, syscallSide } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse } from '../analysis/model';
import { certainUses } from '../ctx/tracepoint-uses';
import { argsMessage } from '../ctx/messages';
import { recordRead } from '../ctx/read';
import type { Check, Finding, Severity } from './check';

export const ctxArgsRange: Check = {
  code: 'ctx-args-range',
  run: (view) =>
    certainUses(view).flatMap(({ use, format }): Finding[] => {
      const index = argsIndex(use);
      if (index === undefined || syscallSide(format) !== 'enter') return [];
      const count = syscallArguments(format).length;
      if (index >= 0 && index < count) return [];
      const read = recordRead(view, use);
      // A hand-written struct may lay `args` out as it likes: ctx-record-range judges it by bytes.
      if (read ? read.by !== 'kernel' : index < 6) return [];
      const verdict = verdictOn(use, read && read.offset + read.size, format);
      return verdict
        ? [
            {
              code: 'ctx-args-range',
              span: use.span,
              severity: verdict.severity,
              dependsOnKernel: true,
              message: argsMessage(format, index, verdict.consequence),
              fixes: [],
            },
          ]
        : [];
    }),
};

function argsIndex(use: CtxUse): number | undefined {
  const [member, index] = use.path;
  if (member.kind !== 'member' || member.name !== 'args' || index?.kind !== 'index') return undefined;
  return index.value;
}

function verdictOn(
  use: CtxUse,
  end: number | undefined,
  format: TracepointFormat,
): { severity: Severity; consequence?: string } | undefined {
  switch (use.access) {
    case 'read':
      return end === undefined || end > format.recordSize
        ? {
            severity: 'error',
          }
        : { severity: 'warning', consequence: 'It attaches, but the value means nothing.' };
    case 'core-read':
    case 'probe-read':
      return { severity: 'warning', consequence: 'It attaches, but what it reads is no argument.' };
    default:
      return undefined;
  }
}
