/** "Compare event across kernels": a text document, one column a kernel, the target first. */
import type { EventName } from '#core/kernel/model';
import { aspectsOf, eventOnKernels, fieldNamed, fieldNames, type KernelEvent } from '../compare/event';
import { declarationOf } from '../describe/declaration';
import { provenanceLine } from '../describe/provenance';
import type { KernelView } from '../view';

/** Undefined where none of the kernels has the event. */
export function compareEvent(target: KernelView, event: EventName): string | undefined {
  const events = eventOnKernels(target, event);
  if (!events.some(({ exists }) => exists)) return undefined;
  const having = events.filter(({ exists }) => exists);
  const rows = fieldNames(having).map((name) => fieldRow(having, name));
  const differing = rows.filter(([mark]) => mark === '*').length;
  const head = ['', 'field', ...having.map(({ kernel }) => kernel.label)];
  return [
    `${event.category}:${event.name}`,
    '',
    ...columns(events.map((one, i) => kernelRow(one, i === 0))),
    '',
    having.length === 1
      ? `Only ${having[0]?.kernel.label ?? ''} has it.`
      : differing === 0
        ? 'Its fields are the same wherever it is.'
        : `${differing} of ${rows.length} fields differ: they are marked with *.`,
    'Where ctx has them (@: the byte), how many bytes they take, their types:',
    '',
    ...columns([head, ...rows]),
    '',
    'ctx',
    '',
    ...contexts(having),
  ].join('\n');
}

function kernelRow({ kernel, exists, format, struct }: KernelEvent, isTarget: boolean): readonly string[] {
  const size = format !== undefined && Number.isFinite(format.recordSize) ? `${format.recordSize} bytes` : '';
  return [
    kernel.label,
    exists ? (struct === undefined ? 'yes' : `struct ${struct}`) : 'no such event',
    size,
    `${provenanceLine(kernel.index.provenance)}${isTarget ? ' · target' : ''}`,
  ];
}

/** A mark where the kernels differ, the name, and what each kernel has. */
function fieldRow(events: readonly KernelEvent[], name: string): readonly string[] {
  const cells = events.map(({ format }) => {
    const field = fieldNamed(format, name);
    if (format === undefined || field === undefined) return { key: '', text: '-' };
    const { place, size, kind } = aspectsOf(format, field);
    const at = place.replaceAll('`', '');
    return {
      key: `${place} ${size} ${kind}`,
      text: `${at.replace('offset ', '@')} ${field.size} ${typeOf(declarationOf(field), name)}`,
    };
  });
  const isAlike = new Set(cells.map(({ key }) => key)).size < 2;
  return [isAlike ? '' : '*', name, ...cells.map(({ text }) => text)];
}

/** `char[16]` of `char comm[16]`. */
function typeOf(declaration: string, name: string): string {
  return declaration.replace(new RegExp(`\\s*\\b${name}\\b(?=\\W*\\d*\\W*$)`), '');
}

/** Each definition once, with the kernels that have it. */
function contexts(events: readonly KernelEvent[]): readonly string[] {
  const byText = new Map<string, string[]>();
  for (const { kernel, struct } of events) {
    const { types } = kernel.index;
    const layout = struct === undefined ? undefined : types.struct(struct);
    const text = layout
      ? types.definition(layout, { offsets: true }).trimEnd()
      : '/* no struct: its types are not known */';
    byText.set(text, [...(byText.get(text) ?? []), kernel.label]);
  }
  return Array.from(byText).flatMap(([text, labels]) => [`/* ${labels.join(', ')} */`, text, '']);
}

/** Padded, without blanks at the ends of lines. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
