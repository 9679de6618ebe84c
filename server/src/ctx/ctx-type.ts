/**
 * Whether a kernel struct may stand for an event's record. A struct is wrong only when a member that the program reads
 * has no counterpart: programs with an unread ctx, or that read what two structs share, are right as they are.
 */
import type { StructLayout } from '#core/btf/types';
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse } from '../analysis/model';
import type { DocumentView } from '../view';
import { definitionOf, hasMember, recordRead, stripFlavour } from './read';
import type { RecordRead } from './read';

/** Tags that are right for the event, best first; empty where the rule finds none. */
export function rightStructs(view: DocumentView, format: TracepointFormat): readonly string[] {
  const answer = view.kernel.ctxStruct(format);
  return answer ? [answer.name, ...answer.alsoRight] : [];
}

/** True where the use goes through no kernel struct, through a right one, or reads what the record has there too. */
export function ctxTypeFits(view: DocumentView, use: CtxUse, format: TracepointFormat): boolean {
  if (use.structName === undefined) return true;
  const right = rightStructs(view, format);
  if (right.length === 0 || right.includes(stripFlavour(use.structName))) return true;
  if (isLost(view, use)) return false;
  if (definitionOf(view, use.structName).kind !== 'kernel') return true;
  const read = recordRead(view, use);
  return !read || memberFits(view, read, format);
}

/** A member that the kernel's struct does not have: libbpf has nothing to put in its place. */
export function isLost(view: DocumentView, { structName, path: [member] }: CtxUse): boolean {
  if (structName === undefined || member.kind !== 'member') return false;
  const definition = definitionOf(view, structName);
  return definition.kind === 'kernel' && !hasMember(view, definition.layout, member.name);
}

/** A member of another struct fits where the record has the same name at the same bytes. */
function memberFits(view: DocumentView, read: RecordRead, format: TracepointFormat): boolean {
  // `ent` is ctx-common-field's; the flexible `__data` is no read of a field.
  if (read.memberOffset < 8 || read.memberSize === 0) return true;
  return (
    format.fields.some(
      (field) =>
        field.memberName === read.member &&
        field.offset === read.memberOffset &&
        field.size === read.memberSize,
    ) || rightStructs(view, format).some((tag) => hasSameMember(view.kernel.index.types.struct(tag), read))
  );
}

function hasSameMember(struct: StructLayout | undefined, read: RecordRead): boolean {
  return (
    struct?.members.some(
      (member) =>
        member.name === read.member &&
        member.bitOffset === read.memberOffset * 8 &&
        member.size === read.memberSize,
    ) ?? false
  );
}
