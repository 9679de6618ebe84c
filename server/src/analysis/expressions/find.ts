/** Finds the member whose name begins at an offset. */
import type { Ast } from '../ast';
import type { ExpressionBuilder } from './build';
import type { Expression, MemberExpression } from './model';

export function memberNamedAt(
  tree: Ast,
  build: ExpressionBuilder,
  offset: number,
): MemberExpression | undefined {
  let found: MemberExpression | undefined;
  for (let at: Ast | undefined = leafAt(tree, offset); at; at = at.parent) {
    // In a field argument, `ns` of `ns.inum` is no variable: what the macro makes of it counts.
    const read = at.type === 'call_expression' ? named(build.fields(at), offset) : undefined;
    if (read) return read;
    if (at.type === 'field_expression') found ??= named(build.of(at), offset);
  }
  return found;
}

function leafAt(tree: Ast, offset: number): Ast {
  let at = tree;
  for (;;) {
    const inner: Ast | undefined = at.children.find(({ start, end }) => start <= offset && offset < end);
    if (!inner) return at;
    at = inner;
  }
}

function named(expression: Expression | undefined, offset: number): MemberExpression | undefined {
  let at = expression;
  while (at) {
    if (at.kind === 'member' && at.nameSpan.start === offset) return at;
    at = at.kind === 'variable' || at.kind === 'call' || at.kind === 'other' ? undefined : at.of;
  }
  return undefined;
}
