/** A tracepoint in Markdown: its handler, its fields and how a program reads them, its names for values. */
import { fieldFacts } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import { parsePrintFmt } from '#core/kernel/print-fmt';
import { eventOnKernels, type KernelEvent } from '../compare/event';
import type { KernelView } from '../view';
import { declarationOf } from './declaration';
import { meaningOf } from './field';
import { code, inline, list, paragraphs, table } from './markdown';
import { eventDifferences, fieldDifferences } from './other-kernels';
import { provenanceLine } from './provenance';
import { describeValues } from './values';

/** More is on the field itself. */
const maxValues = 12;
/** A print fmt longer than this is noise. */
const maxPrintFmt = 240;

/** `fields`: a table, or a list where there is little width for it, as beside a completion. */
export function describeEvent(
  kernel: KernelView,
  category: string,
  name: string,
  fields: 'table' | 'list' = 'table',
): string {
  const format = kernel.index.format(category, name);
  const events = eventOnKernels(kernel, { category, name });
  const provenance = `*${provenanceLine(kernel.index.provenance)}*`;
  if (format === undefined) {
    return paragraphs([
      code(`tracepoint ${category}:${name}`),
      'This kernel says nothing about its fields.',
      eventDifferences(events),
      provenance,
    ]);
  }
  const printFmt = parsePrintFmt(format.printFmt).value;
  return paragraphs([
    code(signature(kernel, format)),
    eventDifferences(events),
    describeFields(events, format, fields),
    ...printFmt.tables
      .filter(({ values }) => values.length > 0)
      .map((values) => `${inline(values.field)} — ${describeValues(values, maxValues)}`),
    printFmt.format !== '' && printFmt.format.length <= maxPrintFmt
      ? `Prints ${inline(printFmt.format.replaceAll('\n', ' '))}`
      : undefined,
    provenance,
  ]);
}

function signature(kernel: KernelView, format: TracepointFormat): string {
  const struct = kernel.ctxStruct(format)?.name;
  const parameter = struct === undefined ? 'void *ctx' : `struct ${struct} *ctx`;
  return `SEC("tp/${format.category}/${format.name}")\nint handler(${parameter})`;
}

function describeFields(
  events: readonly KernelEvent[],
  format: TracepointFormat,
  as: 'table' | 'list',
): string {
  if (format.fields.length === 0) return 'It has no fields.';
  const having = events.filter(({ exists }) => exists);
  const rows = format.fields.map((field) => [
    ...cellsOf(format, field),
    fieldDifferences(having, field.name) ?? '',
  ]);
  if (as === 'list') return list(rows.map((cells) => cells.filter((cell) => cell !== '').join(' · ')));
  const isAlike = rows.every((cells) => cells.at(-1) === '');
  const head = ['read', 'field', '', 'on other kernels'];
  return isAlike
    ? table(
        head.slice(0, -1),
        rows.map((cells) => cells.slice(0, -1)),
      )
    : table(head, rows);
}

/** How to read it, its declaration, what it is; the first and the last may be empty. */
function cellsOf(format: TracepointFormat, field: FormatField): readonly string[] {
  const facts = fieldFacts(format, field);
  const read = facts.readable ? inline(`ctx->${facts.path}`) : '';
  return [read, inline(declarationOf(field)), meaningOf(field, facts)];
}
