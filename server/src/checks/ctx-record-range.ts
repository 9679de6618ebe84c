/**
 * Any other load past the end of the event's record: it loads, then fails to attach with EACCES, because
 * `max_ctx_offset` of the program is greater than what `trace_event_get_offsets()` says of the event.
 */
import { syscallSide } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse } from '../analysis/model';
import { rangeMessage } from '../ctx/messages';
import { recordRead } from '../ctx/read';
import type { RecordRead } from '../ctx/read';
import { ctxTypeFits } from '../ctx/ctx-type';
import { certainUses } from '../ctx/tracepoint-uses';
import type { DocumentView } from '../view';
import type { Check, Finding } from './check';

export const ctxRecordRange: Check = {
  code: 'ctx-record-range',
  run: (view) =>
    certainUses(view).flatMap(({ use, format }): Finding[] => {
      if (use.access !== 'read') return [];
      const read = recordRead(view, use);
      if (!read || !pastTheEnd(view, use, read, format)) return [];
      return [
        {
          code: 'ctx-record-range',
          span: use.span,
          severity: 'error',
          dependsOnKernel: true,
          message: rangeMessage(format, read.offset, read.size),
          fixes: [],
        },
      ];
    }),
};

function pastTheEnd(view: DocumentView, use: CtxUse, read: RecordRead, format: TracepointFormat): boolean {
  const end = read.offset + read.size;
  if (read.size === 0 || read.isAddress || end <= format.recordSize) return false;
  if (read.by === 'kernel') {
    // The wrong struct is ctx-type's finding, and `args[n]` ctx-args-range's.
    if (!ctxTypeFits(view, use, format) || (syscallSide(format) === 'enter' && read.member === 'args'))
      return false;
  }
  // Across the end: clang may load fewer bytes than the type has, where the value is narrowed afterwards.
  return read.offset >= format.recordSize || keepsItsWidth(use, read.size);
}

function keepsItsWidth(use: CtxUse, size: number): boolean {
  return use.castTo === undefined && use.valueSize === size;
}
