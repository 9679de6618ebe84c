/**
 * A hand-written ctx struct with a field, which the program reads, that does not lie where the event's format has one.
 * Compared by offset and size: the names are the author's, and count only where the format has the same name at another
 * place. Reading less than a field, or a field with the padding behind it, is no mistake.
 */
import { memberPath } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import type { Span, StructDef } from '../analysis/model';
import { rightStructs } from '../ctx/ctx-type';
import { definitionOf, recordRead } from '../ctx/read';
import type { RecordRead } from '../ctx/read';
import { certainUses, eventName } from '../ctx/tracepoint-uses';
import type { TracepointUse } from '../ctx/tracepoint-uses';
import { contextStructText } from '../ctx/struct-text';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

interface Misplaced extends TracepointUse {
  readonly read: RecordRead;
  readonly def: StructDef;
  readonly inDocument: boolean;
}

export const ctxLayout: Check = {
  code: 'ctx-layout',
  run: (view) => {
    const seen = new Set<string>();
    return certainUses(view).flatMap((found): Finding[] => {
      const misplaced = misplacedRead(view, found);
      if (!misplaced) return [];
      const span = reportedAt(misplaced);
      const key = `${span.start}:${misplaced.format.name}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [finding(view, misplaced, span)];
    });
  },
};

function misplacedRead(view: DocumentView, { use, format }: TracepointUse): Misplaced | undefined {
  if (use.structName === undefined || use.access === 'address' || use.access === 'write') return undefined;
  const definition = definitionOf(view, use.structName);
  if (definition.kind !== 'source') return undefined;
  const read = recordRead(view, use);
  // The first 8 bytes are ctx-common-field's; behind the end, ctx-record-range speaks.
  if (read?.by !== 'source' || read.offset < 8 || read.size === 0) return undefined;
  if (read.offset >= format.recordSize && use.access === 'read') return undefined;
  if (liesOnField(read, format) && !liesElsewhere(read, format)) return undefined;
  return { use, format, read, def: definition.def, inDocument: definition.inDocument };
}

/** True where the bytes read start with a field (or one of its elements) and hold no part of the next one. */
function liesOnField(read: RecordRead, format: TracepointFormat): boolean {
  if (format.recordSize === Infinity) return true;
  // An array over several fields (`args[6]`, a tail buffer) is read as a block: only its start can be wrong.
  if (
    read.offset === read.memberOffset &&
    read.size === read.memberSize &&
    (read.field?.def.dimensions.length ?? 0) > 0
  ) {
    return format.fields.some((field) => holds(field, read.offset));
  }
  return format.fields.some(
    (field) => holds(field, read.offset) && read.offset + read.size <= nextFieldAfter(field, format),
  );
}

/** The author's name is the format's name of another place: fields were counted wrong. */
function liesElsewhere(read: RecordRead, format: TracepointFormat): boolean {
  const named = format.fields.filter((field) => field.name === read.member);
  return named.length > 0 && named.every((field) => field.offset !== read.memberOffset);
}

function holds(field: FormatField, offset: number): boolean {
  if (offset === field.offset) return true;
  // A `__data_loc` taken apart: the length is the upper half.
  if (field.dynamic && offset === field.offset + 2) return true;
  return field.arrayLength !== undefined && offset > field.offset && offset < field.offset + field.size;
}

/** Where the next field starts; the end of the last field is padded like the kernel pads a record, to 8 bytes. */
function nextFieldAfter(field: FormatField, format: TracepointFormat): number {
  const later = format.fields.map((other) => other.offset).filter((offset) => offset > field.offset);
  return later.length > 0 ? Math.min(...later) : Math.ceil((field.offset + field.size) / 8) * 8;
}

function reportedAt({ inDocument, read, use }: Misplaced): Span {
  return inDocument && read.field ? read.field.def.span : use.span;
}

function finding(view: DocumentView, misplaced: Misplaced, span: Span): Finding {
  const { format, read, use, inDocument } = misplaced;
  return {
    code: 'ctx-layout',
    span,
    severity: 'warning',
    dependsOnKernel: true,
    message:
      `${read.member ?? 'This field'} is at bytes ${read.offset} to ${read.offset + read.size - 1} here; ` +
      `${eventName(format)} has ${whatIsThere(read, format)}. The program loads and reads the wrong bytes.`,
    fixes: inDocument ? rewrite(view, misplaced) : [],
    ...(inDocument ? { related: [{ span: use.span, message: `read here for ${eventName(format)}` }] } : {}),
  };
}

function whatIsThere(read: RecordRead, format: TracepointFormat): string {
  const wanted = format.fields.find(
    (field) => field.name === read.member || field.memberName === read.member,
  );
  if (wanted) return `it at bytes ${wanted.offset} to ${wanted.offset + wanted.size - 1}`;
  const overlapping = format.fields.filter(
    (field) => field.offset < read.offset + read.size && read.offset < field.offset + field.size,
  );
  return overlapping.length > 0
    ? overlapping.map((field) => `${field.name} (offset ${field.offset}, size ${field.size})`).join(' and ') +
        ' there'
    : 'no field there';
}

/** The event's own layout under the author's tag; and the kernel's struct, where every read can be renamed. */
function rewrite(view: DocumentView, { def, use, format }: Misplaced): Fix[] {
  const fixes: Fix[] = [
    {
      title: `Rewrite struct ${def.name} after the format of ${eventName(format)}`,
      edits: [{ span: def.span, newText: contextStructText(def.name, format) }],
      preferred: false,
    },
  ];
  const [best] = rightStructs(view, format);
  const renamed = best === undefined ? undefined : renameReads(view, use.structName, format);
  if (best !== undefined && renamed) {
    fixes.unshift({
      title: `Use the kernel's struct ${best}`,
      edits: [...renamed.tags.map((span) => ({ span, newText: best })), ...renamed.members],
      preferred: true,
    });
  }
  return fixes;
}

/** All reads through a tag as members of the kernel's struct, or undefined where one has no counterpart by name. */
function renameReads(view: DocumentView, structName: string | undefined, format: TracepointFormat) {
  const tags = new Map<number, Span>();
  const members: { span: Span; newText: string }[] = [];
  for (const { use, format: other } of certainUses(view).filter(
    (found) => found.use.structName === structName,
  )) {
    const [member, ...rest] = use.path;
    if (other !== format || member.kind !== 'member' || rest.length > 0 || !use.structSpan) return undefined;
    const expression = memberExpression(member.name, format);
    if (expression === undefined) return undefined;
    tags.set(use.structSpan.start, use.structSpan);
    members.push({ span: member.span, newText: expression });
  }
  return { tags: [...tags.values()], members };
}

function memberExpression(name: string, format: TracepointFormat): string | undefined {
  const field = format.fields.find((candidate) => candidate.name === name || candidate.memberName === name);
  return field && memberPath(format, field);
}
