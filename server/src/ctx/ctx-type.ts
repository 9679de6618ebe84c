/**
 * Whether a kernel struct may stand for an event's record. A struct is wrong only when a member that the program reads
 * has no counterpart: programs with an unread ctx, or that read what two structs share, are right as they are.
 */
import type { StructLayout } from '#core/btf/types';
import type { TracepointFormat } from '#core/kernel/model';
import type { CtxUse } from '../analysis/model';
import type { DocumentView } from '../view';
import { coreKind, declaredKind, isCompatible } from './core-kind';
import { definitionOf, memberOf, recordRead, stripFlavour } from './read';
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
  if (relocationOf(view, use) !== 'found') return false;
  if (definitionOf(view, use.structName).kind !== 'kernel') return true;
  const read = recordRead(view, use);
  return !read || memberFits(view, read, format);
}

/** Whether libbpf finds a member that it is to relocate: `unlike` is one of the name whose type is of another kind. */
export type Relocation = 'found' | 'missing' | 'unlike';

export function relocationOf(view: DocumentView, { structName, path: [step] }: CtxUse): Relocation {
  if (structName === undefined || step.kind !== 'member') return 'found';
  const definition = definitionOf(view, structName);
  if (definition.kind !== 'kernel') return 'found';
  const { types } = view.kernel.index;
  const there = memberOf(view, definition.layout, step.name);
  if (there === undefined) return 'missing';
  const written = writtenKind(view, structName, step.name);
  return written === undefined || isCompatible(written, coreKind(types, there.type)) ? 'found' : 'unlike';
}

/** The kind of the member in the program's types: those that it includes, else the target's. */
function writtenKind(view: DocumentView, structName: string, name: string): string | undefined {
  const def =
    view.source.structs.find((candidate) => candidate.name === structName) ??
    view.headers.struct(structName)?.definition;
  if (def !== undefined) {
    const field = def.fields.find((candidate) => candidate.name === name);
    return field && declaredKind(field);
  }
  const { types } = view.kernel.target.index;
  const layout = types.struct(stripFlavour(structName));
  const member = layout?.members.find((candidate) => candidate.name === name);
  return member && coreKind(types, member.type);
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
