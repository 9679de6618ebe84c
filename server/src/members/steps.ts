/** The members of a file, one by one, with what surrounds them. */
import type { Access, Expression, MemberExpression } from '../analysis/expressions/model';
import type { Program, Span } from '../analysis/model';
import type { DocumentView } from '../view';

/** What one expression mentions, where the compiler certainly sees it as it is written: under no `#if`, in no unknown macro. */
export interface PlainAccess {
  readonly access: Access;
  /** Where the function's offsets count from. */
  readonly start: number;
  /** The programs that the function is; none for a function that programs call. */
  readonly programs: readonly Program[];
}

/** One `->name`, `.name` or field argument of it. */
export interface MemberStep extends PlainAccess {
  readonly member: MemberExpression;
  /** In the file. */
  readonly nameSpan: Span;
}

export function* plainAccesses({ source }: DocumentView): Generator<PlainAccess> {
  const functions = new Set(source.functions.map(({ name }) => name));
  const byName = new Map<number, Program[]>();
  for (const program of source.programs) {
    const { start } = program.function.nameSpan;
    const others = byName.get(start);
    if (others) others.push(program);
    else byName.set(start, [program]);
  }
  for (const { start, nameSpan, accesses } of source.expressions.functions) {
    const programs = byName.get(nameSpan.start) ?? [];
    for (const access of accesses) {
      const { plain, use, inside } = access;
      if (plain && use !== 'unevaluated' && inside.every((name) => functions.has(name)))
        yield { access, start, programs };
    }
  }
}

export function* plainSteps(view: DocumentView): Generator<MemberStep> {
  for (const found of plainAccesses(view)) {
    for (const member of membersOf(found.access.expression)) {
      yield { ...found, member, nameSpan: shifted(member.nameSpan, found.start) };
    }
  }
}

/** From the last to the first. */
export function* membersOf(expression: Expression): Generator<MemberExpression> {
  let at: Expression | undefined = expression;
  while (at) {
    if (at.kind === 'member') yield at;
    at = 'of' in at ? at.of : undefined;
  }
}

/** What the members start from, without casts, indices and `*`. */
export function rootOf(expression: Expression): Expression {
  let at = expression;
  while ('of' in at) at = at.of;
  return at;
}

export const shifted = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });
