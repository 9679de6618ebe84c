/** Which of the event's fields a use of ctx reads: by the name where the struct is the kernel's, else by its bytes. */
import { syscallArguments, syscallSide } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import type { CtxUse, PathStep } from '../analysis/model';
import type { DocumentView } from '../view';
import { recordRead } from './read';

export interface UsedField {
  readonly field: FormatField;
  /** n of `args[n]`, for the arguments of a syscall. */
  readonly argument?: number;
}

export function fieldOfUse(view: DocumentView, use: CtxUse, format: TracepointFormat): UsedField | undefined {
  const read = recordRead(view, use);
  if (read && read.by !== 'kernel') return fieldAt(format, read);
  return fieldOfPath(use.path, format) ?? fieldAt(format, read);
}

/** The field behind `args[1]`, `ret`, `__data_loc_name`, as the kernel's own structs name it. */
export function fieldOfPath(path: readonly PathStep[], format: TracepointFormat): UsedField | undefined {
  const [first, second] = path;
  if (first?.kind !== 'member') return undefined;
  if (first.name === 'args' && syscallSide(format) === 'enter') {
    const argument = second?.kind === 'index' ? second.value : undefined;
    const field = argument === undefined ? undefined : syscallArguments(format)[argument];
    return field && argument !== undefined ? { field, argument } : undefined;
  }
  const field =
    format.fields.find(({ memberName }) => memberName === first.name) ?? syscallNumber(first.name, format);
  return field && { field };
}

/** `id` of `trace_event_raw_sys_*`, `nr` of `syscall_trace_*`: the format calls it `__syscall_nr`. */
function syscallNumber(member: string, format: TracepointFormat): FormatField | undefined {
  if (syscallSide(format) === undefined || (member !== 'id' && member !== 'nr')) return undefined;
  return format.fields.find(({ name }) => name === '__syscall_nr' || name === 'nr');
}

function fieldAt(
  format: TracepointFormat,
  read: { offset: number; size: number } | undefined,
): UsedField | undefined {
  if (read === undefined || read.size === 0) return undefined;
  const field = format.fields.find(
    ({ offset, size }) => offset <= read.offset && read.offset + read.size <= offset + size,
  );
  if (field === undefined) return undefined;
  const argument = syscallSide(format) === 'enter' ? syscallArguments(format).indexOf(field) : -1;
  return argument < 0 ? { field } : { field, argument };
}
