/** What the kernel does with a load through ctx that it does not allow, in words. */
import { syscallArguments } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import { eventName } from './tracepoint-uses';

const notAttached = 'The program loads, then the kernel refuses to attach it (EACCES).';

export const commonMessage =
  'The verifier refuses to load the common fields of a tracepoint record (the first 8 bytes).';

export function rangeMessage(format: TracepointFormat, offset: number, size: number): string {
  const last = format.fields.at(-1);
  return (
    `This reads bytes ${offset} to ${offset + size - 1} of ctx, but the record of ${eventName(format)} has ` +
    `${format.recordSize} bytes${last ? ` (it ends with ${last.name})` : ''}. ${notAttached}`
  );
}

/** @param consequence what the kernel does instead */
export function argsMessage(format: TracepointFormat, index: number, consequence = notAttached): string {
  return `${eventName(format)} has ${countOf(format)}; args[${index}] is not one of them. ${consequence}`;
}

function countOf(format: TracepointFormat): string {
  const names = syscallArguments(format).map((field, n) => `args[${n}] ${field.name}`);
  if (names.length === 0) return 'no arguments';
  return `${names.length === 1 ? 'one argument' : `${names.length} arguments`} (${names.join(', ')})`;
}
