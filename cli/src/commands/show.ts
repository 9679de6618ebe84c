/** `show`: one event as a program's author needs it. */
import { parsePrintFmt } from '#core/kernel/print-fmt';
import { fieldFacts } from '#core/kernel/fields';
import type { TracepointFormat } from '#core/kernel/model';
import { readExample } from '#core/kernel/read-example';
import { nearest } from '#core/text/nearest';
import { declarationOf } from '#server/describe/declaration';
import { meaningOf } from '#server/describe/field';
import { provenanceLine } from '#server/describe/provenance';
import type { KernelView } from '#server/view';
import { oneOf, readArguments } from '../arguments';
import { exitCode, UsageError } from '../command';
import type { Command, Io } from '../command';
import { chooseKernel } from '../kernel';

export const show: Command = {
  name: 'show',
  usage: 'show CATEGORY:NAME [--kernel KERNEL] [--format text|json]',
  summary: 'an event: its section, ctx struct, fields and how to read them',
  async run(args, io) {
    const { values, positionals } = readArguments(args, {
      kernel: { type: 'string' },
      format: { type: 'string', default: 'text' },
    });
    const output = oneOf('format', values.format, ['text', 'json']);
    const [category, name] = positionals[0]?.split(/[:/]/) ?? [];
    if (positionals.length !== 1 || !category || !name) {
      throw new UsageError('one event, as category:name');
    }
    const { view, idle } = await chooseKernel(values.kernel, io);
    await idle;
    const format = view.index.format(category, name);
    if (!format) return notFound(view, `${category}:${name}`, io);
    io.out(output === 'json' ? json(view, format) : text(view, format));
    return exitCode.fine;
  },
};

function notFound(view: KernelView, event: string, io: Io) {
  const names = nearest(
    event,
    view.index.events.map((known) => `${known.category}:${known.name}`),
  );
  const hint = names.length > 0 ? `; did you mean ${names.join(' or ')}?` : '';
  io.err(`ebpf-workbench show: ${view.index.provenance.release} has no event ${event}${hint}\n`);
  return exitCode.findings;
}

function text(view: KernelView, format: TracepointFormat): string {
  const struct = view.ctxStruct(format)?.name;
  const rows = format.fields.map((field) => {
    const facts = fieldFacts(format, field);
    return [
      facts.readable ? `ctx->${facts.path}` : '',
      declarationOf(field),
      meaningOf(field, facts),
    ] as const;
  });
  const examples = format.fields.flatMap((field) => readExample(format, field, view.index.types));
  const tables = parsePrintFmt(format.printFmt).value.tables.filter(({ values }) => values.length > 0);
  return [
    `SEC("tp/${format.category}/${format.name}")`,
    `int handler(${struct === undefined ? 'void *ctx' : `struct ${struct} *ctx`})`,
    '',
    ...columns(rows),
    ...(examples.length > 0 ? ['', 'read with:', ...examples.map((line) => `    ${line}`)] : []),
    ...tables.flatMap(({ field, values }) => [
      '',
      `${field}:`,
      ...values.map(({ value, name }) => `    ${value} ${name}`),
    ]),
    '',
    provenanceLine(view.index.provenance),
    '',
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string, string])[]): string[] {
  const width = (column: 0 | 1) => Math.max(0, ...rows.map((row) => row[column].length));
  return rows.map(([read, declaration, meaning]) =>
    `  ${read.padEnd(width(0))}  ${declaration.padEnd(width(1))}  ${meaning}`.trimEnd(),
  );
}

function json(view: KernelView, format: TracepointFormat): string {
  const struct = view.ctxStruct(format);
  const event = {
    category: format.category,
    name: format.name,
    id: format.id,
    section: `tp/${format.category}/${format.name}`,
    struct: struct?.name ?? null,
    recordSize: format.recordSize,
    fields: format.fields.map((field) => ({
      name: field.name,
      declaration: field.declaration,
      offset: field.offset,
      size: field.size,
      signed: field.signed,
      ...fieldFacts(format, field),
      example: readExample(format, field, view.index.types),
    })),
    printFmt: format.printFmt,
    kernel: view.index.provenance,
  };
  return `${JSON.stringify(event, null, 2)}\n`;
}
