/** One field of an event in Markdown: what it is, how a program reads it, what its values are called. */
import { fieldFacts, type FieldFacts } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import { parsePrintFmt } from '#core/kernel/print-fmt';
import { readExample } from '#core/kernel/read-example';
import { eventOnKernels } from '../compare/event';
import type { KernelView } from '../view';
import { declarationOf } from './declaration';
import { code, inline, paragraphs } from './markdown';
import { fieldDifferences } from './other-kernels';
import { provenanceLine } from './provenance';
import { describeValues } from './values';

/** Longer tables are cut: they are whole in the format file. */
const maxValues = 40;

/** `ctx`: the name by which the program knows its context. */
export function describeField(
  kernel: KernelView,
  format: TracepointFormat,
  field: FormatField,
  ctx = 'ctx',
): string {
  const { index } = kernel;
  const facts = fieldFacts(format, field);
  const example = readExample(format, field, index.types)
    .join('\n')
    .replace(/\bctx\b/g, ctx);
  const meaning = meaningOf(field, facts);
  const tables = parsePrintFmt(format.printFmt).value.tables.filter((table) => table.field === field.name);
  return paragraphs([
    code(declarationOf(field)),
    `${inline(`${ctx}->${facts.path}`)} of ${inline(`${format.category}:${format.name}`)}${meaning === '' ? '' : ` — ${meaning}`}`,
    fieldDifferences(eventOnKernels(kernel, format), field.name),
    placeOf(field),
    example === '' ? undefined : code(example),
    ...tables.filter(({ values }) => values.length > 0).map((table) => describeValues(table, maxValues)),
    `*${provenanceLine(index.provenance)}*`,
  ]);
}

/** What kind of value this is, in few words: empty where its type says all. */
export function meaningOf(field: FormatField, facts: FieldFacts): string {
  if (!facts.readable) return 'in the record of ftrace and perf only: a BPF program cannot read it';
  switch (facts.value) {
    case 'user-pointer':
      return facts.isString ? 'user-space pointer to a string' : 'user-space pointer';
    case 'kernel-pointer':
      return facts.isString ? 'kernel pointer to a string' : 'kernel pointer';
    case 'dynamic':
      return facts.isString ? 'where the string is' : 'where the data is';
    case 'array':
      return facts.isString ? `string, at most ${field.size} bytes` : `${field.size} bytes`;
    case 'struct':
      return `${field.size} bytes`;
    case 'value':
      return facts.argument === undefined
        ? `${field.signed ? 'signed' : 'unsigned'}, ${field.size} bytes`
        : '';
  }
}

/** How a `__data_loc` says where its data is. */
function placeOf({ dynamic }: FormatField): string | undefined {
  if (dynamic === undefined) return undefined;
  const from = dynamic === 'data_loc' ? 'the start of the record' : 'the end of this field';
  return `The low 16 bits are the offset from ${from}, the high 16 bits the length.`;
}
