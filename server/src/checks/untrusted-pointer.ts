/**
 * Reads through a pointer that is a mere number to the verifier: `task->pid` of what bpf_get_current_task() returned. A
 * helper has to copy what is there: `BPF_CORE_READ(task, pid)`.
 */
import type { Expression, MemberExpression } from '../analysis/expressions/model';
import { includeEdit } from '../fixes/include';
import { untracked } from '../members/provenance';
import { membersOf, plainAccesses, shifted, type PlainAccess } from '../members/steps';
import { typesOf, type Types } from '../members/types';
import type { DocumentView } from '../view';
import type { Check, Finding, Fix } from './check';

export const untrustedPointer: Check = {
  code: 'untrusted-pointer',
  run(view) {
    if (view.kernel.index.types.empty) return [];
    const types = typesOf(view);
    return [...plainAccesses(view)].flatMap((found) => finding(view, types, found) ?? []);
  },
};

function finding(view: DocumentView, types: Types, found: PlainAccess): Finding | undefined {
  const { access, start, programs } = found;
  const [program, ...others] = programs;
  if (!program || others.length > 0 || !access.certain || !access.used) return undefined;
  if (program.section.value.startsWith('?') || program.section.conditional || program.function.conditional)
    return undefined;
  // The first of the reads: what follows is never met.
  const first = directMembers(access.expression).findLast(
    ({ arrow, of }) => arrow && untracked(of, { program, types }) !== undefined,
  );
  const source = first && untracked(first.of, { program, types });
  if (!first || source === undefined || !isLoad(types, found, first)) return undefined;
  const fix = coreRead(view, types, found, first);
  return {
    code: 'untrusted-pointer',
    span: shifted(access.expression.span, start),
    severity: 'error',
    dependsOnKernel: false,
    message: `To the verifier, ${source} is a number and no pointer: it refuses to read through it.${fix ? ` Copy what is there: ${fix.reads}.` : ''}`,
    fixes: fix ? [fix.fix] : [],
  };
}

/** From the last to the first, without what a macro copies on the way. */
function directMembers(expression: MemberExpression): readonly MemberExpression[] {
  const members = [...membersOf(expression)];
  const copied = members.findIndex(({ macro }) => macro !== undefined);
  return copied < 0 ? members : members.slice(0, copied);
}

/** Something is read at the address, and not another address made of it. */
function isLoad(types: Types, { access }: PlainAccess, first: MemberExpression): boolean {
  const struct = types.receiver(first);
  if (struct?.kind !== 'kernel' || struct.flavour || !struct.members.has(first.name)) return false;
  const { expression, use } = access;
  // A pointer on the way is read, whatever becomes of what it points to.
  for (const member of membersOf(expression)) {
    if (member === first) break;
    if (member.arrow && types.isValue(types.of(member.of))) return true;
  }
  return (use === 'value' || use === 'store') && types.isValue(types.of(expression));
}

/** `BPF_CORE_READ(a, b, c.d[0])` for `a->b->c.d[0]`. */
function coreRead(
  view: DocumentView,
  types: Types,
  { access, start }: PlainAccess,
  first: MemberExpression,
): { readonly fix: Fix; readonly reads: string } | undefined {
  const { expression } = access;
  const text = (from: number, to: number) => view.text.slice(from + start, to + start);
  if (access.use !== 'value' || !isPath(expression, first, text)) return undefined;
  const arrows = [...membersOf(expression)].reverse();
  const at = arrows.indexOf(first);
  const heads = arrows.slice(at).filter(({ arrow }) => arrow);
  const fields = heads.map(({ nameSpan }, n) =>
    text(nameSpan.start, heads[n + 1]?.of.span.end ?? expression.span.end),
  );
  const macro = isBitfield(types, expression) ? 'BPF_CORE_READ_BITFIELD_PROBED' : 'BPF_CORE_READ';
  if (macro !== 'BPF_CORE_READ' && fields.length > 1) return undefined;
  const reads = `${macro}(${[text(first.of.span.start, first.of.span.end), ...fields].join(', ')})`;
  const edits = [
    ...includeEdit(view, 'bpf/bpf_core_read.h', 'BPF_CORE_READ'),
    { span: shifted(expression.span, start), newText: reads },
  ];
  return { fix: { title: `Read it with ${reads}`, edits, preferred: true }, reads };
}

/** Nothing but members and indices follow one another, with no parentheses and casts between them. */
function isPath(
  expression: Expression,
  first: MemberExpression,
  text: (from: number, to: number) => string,
): boolean {
  for (let at = expression; at !== first; at = at.of) {
    if (at.kind !== 'member' && at.kind !== 'element') return false;
    const between =
      at.kind === 'member'
        ? text(at.of.span.end, at.nameSpan.start).trim()
        : text(at.of.span.end, at.span.end).trim();
    if (at.kind === 'member' ? between !== (at.arrow ? '->' : '.') : !between.startsWith('[')) return false;
  }
  return true;
}

function isBitfield(types: Types, expression: MemberExpression): boolean {
  const struct = types.receiver(expression);
  return struct?.kind === 'kernel' && struct.members.get(expression.name)?.member.bitSize !== undefined;
}
