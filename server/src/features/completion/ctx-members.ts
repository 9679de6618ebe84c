/**
 * After `ctx->`, in `BPF_CORE_READ(ctx, …)` and in `args[…]`: the event's own fields, by the names of its arguments.
 * Never `common_*` and `ent`: the verifier refuses to read them.
 */
import { memberPath, syscallArguments, syscallSide } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import type { CoreMemberCursor, CtxReceiver, IndexCursor, MemberCursor } from '../../analysis/cursor-model';
import { kernelsWithoutField } from '../../compare/event';
import { rightStructs } from '../../ctx/ctx-type';
import { definitionOf, sourceLayout, stripFlavour } from '../../ctx/read';
import { formatOf } from '../../ctx/tracepoint-uses';
import type { DocumentView } from '../../view';
import type { CompletionItem } from './item';
import { withMark } from './mark';

/** A member as completion offers it. */
interface Member {
  /** What is inserted: `args[1]`, `__data_loc_name`. */
  readonly path: string;
  /** What it is called, where the path does not say. */
  readonly meaning?: string;
  readonly type: string;
  /** The field of the format, where one lies there. */
  readonly field?: FormatField;
}

export function completeMember(
  view: DocumentView,
  cursor: MemberCursor | CoreMemberCursor,
): readonly CompletionItem[] {
  const format = formatOf(view, cursor.programs[0]);
  if (format === undefined || cursor.path.length > 0) return [];
  const members = membersOf(view, cursor, format);
  const items = members.map((member) => memberItem(view, member, cursor, format));
  if (cursor.kind === 'core-member' || cursor.operator !== '->') return items;
  return [...items, ...members.flatMap((member) => dataItem(view, member, cursor, format))];
}

export function completeIndex(view: DocumentView, cursor: IndexCursor): readonly CompletionItem[] {
  const format = formatOf(view, cursor.programs[0]);
  if (format === undefined) return [];
  return indexes(cursor, format).map(({ index, field }) => ({
    label: String(index),
    labelDetail: ` ${field.name}`,
    labelDescription: field.type,
    kind: 'field',
    replace: cursor.span,
    newText: cursor.bracketClosed ? String(index) : `${index}]`,
    filterText: cursor.typed === '' ? `${index} ${field.name}` : cursor.typed,
    subject: subjectOf(format, field),
  }));
}

function indexes(
  cursor: IndexCursor,
  format: TracepointFormat,
): readonly { index: number; field: FormatField }[] {
  const [step] = cursor.path;
  if (step === undefined) {
    // Words: `ctx[2]` is what lies at byte 16.
    return format.fields
      .filter(({ offset }) => offset >= 8 && offset % 8 === 0)
      .map((field) => ({ index: field.offset / 8, field }));
  }
  const isArguments = cursor.path.length === 1 && step.kind === 'member' && step.name === 'args';
  if (!isArguments || syscallSide(format) !== 'enter') return [];
  return syscallArguments(format).map((field, index) => ({ index, field }));
}

function membersOf(view: DocumentView, receiver: CtxReceiver, format: TracepointFormat): readonly Member[] {
  const { structName } = receiver;
  if (structName === undefined) return [];
  const definition = definitionOf(view, structName);
  if (definition.kind === 'source') {
    return sourceLayout(view, definition.def).fields.flatMap(({ def, offset }) => {
      const field = format.fields.find((candidate) => candidate.offset === offset);
      return field === undefined || def.name === '' ? [] : [memberOfSource(def.name, def.type, field)];
    });
  }
  const tag = stripFlavour(structName);
  if (definition.kind === 'kernel' && !rightStructs(view, format).includes(tag)) {
    const { types } = view.kernel.index;
    return definition.layout.members
      .filter(({ name }) => name !== '' && name !== 'ent' && name !== '__data')
      .map(({ name, type }) => ({ path: name, type: types.declaration(type, '').trim() }));
  }
  return format.fields.flatMap((field) => eventMember(field, format, tag));
}

function memberOfSource(name: string, type: string, field: FormatField): Member {
  return {
    path: name,
    type,
    field,
    ...(name !== field.name && name !== field.memberName && { meaning: field.name }),
  };
}

/** A field through the event's own struct; those behind a syscall's arguments have no member. */
function eventMember(field: FormatField, format: TracepointFormat, tag: string): readonly Member[] {
  const syscall = syscallSide(format);
  if (syscall === undefined) return [{ path: field.memberName, type: typeOf(field), field }];
  if (syscallArguments(format).includes(field) && syscall === 'enter')
    return [{ path: memberPath(format, field), meaning: field.name, type: typeOf(field), field }];
  if (field.name === 'ret' && syscall === 'exit') return [{ path: 'ret', type: typeOf(field), field }];
  if (field.name !== '__syscall_nr' && field.name !== 'nr') return [];
  const path = tag.startsWith('syscall_trace_') ? 'nr' : 'id';
  return [{ path, meaning: 'syscall number', type: typeOf(field), field }];
}

function memberItem(
  { kernel }: DocumentView,
  member: Member,
  cursor: MemberCursor | CoreMemberCursor,
  format: TracepointFormat,
): CompletionItem {
  const { path, meaning, type, field } = member;
  return {
    label: path,
    ...(meaning !== undefined && { labelDetail: ` ${meaning}` }),
    labelDescription: field ? withMark(type, kernelsWithoutField(kernel, format, field), kernel) : type,
    kind: 'field',
    replace: cursor.span,
    newText: path,
    filterText: filterText(cursor.typed, path, meaning),
    ...(field && { subject: subjectOf(format, field) }),
  };
}

/** Found by its path and by what it is called, also by clients that compare the beginning only. */
function filterText(typed: string, path: string, meaning: string | undefined): string {
  if (meaning === undefined) return path;
  return typed !== '' && meaning.startsWith(typed) ? meaning : `${path} ${meaning}`;
}

/** Where the data of a `__data_loc` field begins, in place of the field that only points there. */
function dataItem(
  view: DocumentView,
  { path, field }: Member,
  cursor: MemberCursor,
  format: TracepointFormat,
): readonly CompletionItem[] {
  const receiver = /(\w+)\s*$/.exec(view.text.slice(0, cursor.operatorSpan.start));
  if (field?.dynamic === undefined || receiver?.[1] === undefined) return [];
  const ctx = receiver[1];
  const location = `${ctx}->${path}`;
  return [
    {
      label: field.name,
      labelDetail: ` (${field.elementType}[])`,
      labelDescription: 'where the data is',
      kind: 'snippet',
      replace: cursor.span,
      newText:
        field.dynamic === 'data_loc'
          ? `(void *)${ctx} + (${location} & 0xffff)`
          : `(void *)&${location} + sizeof(${location}) + (${location} & 0xffff)`,
      additionalEdits: [{ span: { start: receiver.index, end: cursor.operatorSpan.end }, newText: '' }],
      subject: subjectOf(format, field),
    },
  ];
}

function typeOf(field: FormatField): string {
  if (field.dynamic !== undefined) return `${field.elementType}[]`;
  return field.arrayLength === undefined ? field.type : `${field.type}[${field.arrayLength}]`;
}

function subjectOf({ category, name }: TracepointFormat, field: FormatField) {
  return { kind: 'field', category, name, field: field.name } as const;
}
