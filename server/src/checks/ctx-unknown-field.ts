/**
 * A member that the event's own kernel struct does not have. Most often the name of a syscall's argument
 * (`ctx->filename` for `ctx->args[1]`) or of a `__data_loc` string (`ctx->name` for `ctx->__data_loc_name`).
 */
import { memberPath } from '#core/kernel/fields';
import type { FormatField, TracepointFormat } from '#core/kernel/model';
import { nearest } from '#core/text/nearest';
import type { PathStep } from '../analysis/model';
import { relocationOf, rightStructs, type Relocation } from '../ctx/ctx-type';
import { stripFlavour } from '../ctx/read';
import { certainUses, eventName } from '../ctx/tracepoint-uses';
import type { TracepointUse } from '../ctx/tracepoint-uses';
import { fieldGuard } from '../fixes/field-guard';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

export const ctxUnknownField: Check = {
  code: 'ctx-unknown-field',
  run: (view) =>
    certainUses(view).flatMap((found): Finding[] => {
      const [member] = found.use.path;
      const relocation = throughOwnStruct(view, found) ? relocationOf(view, found.use) : 'found';
      if (member.kind !== 'member' || relocation === 'found') return [];
      const { format } = found;
      const field =
        relocation === 'missing'
          ? format.fields.find((candidate) => candidate.name === member.name)
          : undefined;
      const renames = field
        ? [rename(member, memberPath(format, field))]
        : relocation === 'missing'
          ? similar(format, member)
          : [];
      const guard = fieldGuard(view, [found.use]);
      // Where the field is only called otherwise, its other name is the better answer.
      const isBest = guard !== undefined && field === undefined;
      const fixes = [
        ...(guard ? [{ ...guard, preferred: isBest }] : []),
        ...renames.map((fix) => ({ ...fix, preferred: fix.preferred && !isBest })),
      ];
      return [
        {
          code: 'ctx-unknown-field',
          span: member.span,
          severity: 'error',
          dependsOnKernel: true,
          message: messageOf(found, member.name, relocation, field),
          ...(field === undefined && renames.length > 0 && { advice: didYouMean(renames) }),
          fixes,
        },
      ];
    }),
};

/** Through another struct the finding is ctx-type's. */
function throughOwnStruct(view: DocumentView, { use: { structName }, format }: TracepointUse): boolean {
  return structName !== undefined && rightStructs(view, format).includes(stripFlavour(structName));
}

function messageOf(
  { use, format }: TracepointUse,
  name: string,
  relocation: Exclude<Relocation, 'found'>,
  field: FormatField | undefined,
): string {
  const event = eventName(format);
  if (relocation === 'unlike')
    return `The field ${name} of ${event} is of another kind on this kernel than in the types of this program: libbpf does not take it for the same, and the program does not load.`;
  return field
    ? `${event} gives ${name} as ${memberPath(format, field)}: struct ${use.structName ?? ''} has no member of this name.`
    : `${event} has no field ${name} on this kernel.`;
}

function similar(format: TracepointFormat, member: PathStep & { kind: 'member' }): Fix[] {
  const paths = new Map(format.fields.map((field) => [field.name, memberPath(format, field)]));
  const names = nearest(member.name, paths.keys());
  return names.map((name) => ({ ...rename(member, paths.get(name) ?? name), preferred: names.length === 1 }));
}

function rename(member: PathStep & { kind: 'member' }, path: string): Fix {
  return { title: `Change to ${path}`, edits: [{ span: member.span, newText: path }], preferred: true };
}

function didYouMean(fixes: readonly Fix[]): string {
  const names = fixes.flatMap((fix) => fix.edits.map((edit) => edit.newText));
  return `Did you mean ${names.join(' or ')}?`;
}
