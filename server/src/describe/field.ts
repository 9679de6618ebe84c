/** One field of an event in Markdown: what it is, how a program reads it, what its values are called. */
import { fieldFacts, type FieldFacts } from '#core/kernel/fields';
import type { FormatField, KernelIndex, TracepointFormat } from '#core/kernel/model';
import { parsePrintFmt } from '#core/kernel/print-fmt';
import { readExample } from '#core/kernel/read-example';
import { code, inline, paragraphs } from './markdown';
import { provenanceLine } from './provenance';
import { describeValues } from './values';

/** `ctx`: the name by which the program knows its context. */
export function describeField(
  index: KernelIndex,
  format: TracepointFormat,
  field: FormatField,
  ctx = 'ctx',
): string {
  const facts = fieldFacts(format, field);
  const example = readExample(format, field, index.types)
    .join('\n')
    .replace(/\bctx\b/g, ctx);
  const tables = parsePrintFmt(format.printFmt).value.tables.filter((table) => table.field === field.name);
  return paragraphs([
    code(declarationOf(field)),
    `${inline(`${ctx}->${facts.path}`)} of ${inline(`${format.category}:${format.name}`)} — ${meaningOf(field, facts)}`,
    example === '' ? undefined : code(example),
    ...tables.filter(({ values }) => values.length > 0).map(describeValues),
    `*${provenanceLine(index.provenance)}*`,
  ]);
}

/** As C has it: `const char *filename`, `char prev_comm[16]`, `char filename[]`. */
export function declarationOf(field: FormatField): string {
  if (field.dynamic !== undefined) return `${field.elementType} ${field.name}[]`;
  return field.declaration.replace(/\*\s+(?=\w+$)/, '*');
}

/** What kind of value this is, in one clause. */
export function meaningOf(field: FormatField, facts: FieldFacts): string {
  if (!facts.readable) return 'in the record of ftrace and perf only: a BPF program cannot read it';
  const content = facts.isString ? 'string' : 'data';
  switch (facts.value) {
    case 'user-pointer':
      return `user-space pointer to ${facts.isString ? 'a string' : 'data'}`;
    case 'kernel-pointer':
      return facts.isString ? 'kernel pointer to a string' : 'kernel pointer';
    case 'dynamic':
      return field.dynamic === 'rel_loc'
        ? `where the ${content} is: offset from the end of this field in the low 16 bits, length in the high 16`
        : `where the ${content} is: offset from ctx in the low 16 bits, length in the high 16`;
    case 'array':
      return facts.isString ? `string of at most ${field.size} bytes` : `${field.size} bytes`;
    case 'struct':
      return `${field.size} bytes`;
    case 'value':
      return facts.argument === undefined
        ? `${field.signed ? 'signed' : 'unsigned'} integer of ${field.size} bytes`
        : 'value';
  }
}
