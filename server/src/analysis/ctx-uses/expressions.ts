/** Small questions about an expression and what stands around it. */
import { between, type Ast } from '../ast';
import type { Span } from '../model';
import type { RawStep } from './facts';
import { isPassThrough, usesArguments } from './readers';
import { unwrap } from './scopes';

/** Out through parentheses and casts; the type of the innermost cast. */
export function outside(node: Ast): [Ast, Ast | undefined] {
  let at = node;
  let cast: Ast | undefined;
  while (at.parent?.type === 'parenthesized_expression' || at.parent?.type === 'cast_expression') {
    if (at.parent.type === 'cast_expression') cast ??= at.parent.children[0];
    at = at.parent;
  }
  return [at, cast];
}

export function isDereferenced(text: string, node: Ast): boolean {
  const [outer] = outside(node);
  const parent = outer.parent;
  if (parent?.children[0] !== outer) return false;
  if (parent.type === 'pointer_expression') return text.charAt(parent.start) === '*';
  if (parent.type === 'subscript_expression') return true;
  const field = parent.children[1];
  return parent.type === 'field_expression' && field !== undefined && between(text, outer, field) === '->';
}

export function isStored(node: Ast): boolean {
  let at = node;
  while (at.parent?.type === 'parenthesized_expression') at = at.parent;
  const parent = at.parent;
  if (parent?.type === 'update_expression') return true;
  return parent?.type === 'assignment_expression' && parent.children[0] === at;
}

/** The expression whose address is taken: of `(void *)&ctx->x` it is `ctx->x`. */
export function pointee(text: string, node: Ast): Ast {
  const inner = unwrap(node);
  if (inner.type === 'call_expression') {
    const argument = inner.children[1]?.children[0];
    return argument ? pointee(text, argument) : inner;
  }
  const [target] = inner.children;
  return inner.type === 'pointer_expression' && text.charAt(inner.start) === '&' && target ? target : inner;
}

/** `args[1]`, `ent.pid` as steps; undefined for what is no accessor. */
export function accessorSteps(text: string, node: Ast): RawStep[] | undefined {
  const [first, second] = node.children;
  if (node.type === 'identifier')
    return [{ kind: 'member', name: text.slice(node.start, node.end), span: spanOf(node) }];
  if (!first || !second) return undefined;
  const inner = accessorSteps(text, first);
  if (node.type === 'field_expression' && between(text, first, second) === '.') {
    return (
      inner && [
        ...inner,
        { kind: 'member', name: text.slice(second.start, second.end), span: spanOf(second) },
      ]
    );
  }
  if (node.type === 'subscript_expression') {
    return (
      inner && [...inner, { kind: 'index', text: text.slice(second.start, second.end), span: spanOf(second) }]
    );
  }
  return undefined;
}

export function spanOf(node: Ast): Span {
  return { start: node.start, end: node.end };
}

/** What a path starts from: of `((struct T *)ctx)->a[1]` it is `((struct T *)ctx)`. */
export function receiverOf(node: Ast): Ast {
  let at = node;
  while (/^(?:field|subscript|pointer)_expression$/.test(at.type)) {
    const inner: Ast | undefined = at.children[0];
    if (!inner) break;
    at = inner;
  }
  return at;
}

/** The declared name inside of a declarator, or the identifier that is assigned to. */
export function declaredName(node: Ast | undefined): Ast | undefined {
  let at = node;
  while (at && at.type !== 'identifier') at = at.children[0];
  return at;
}

/** The names of all calls around an expression, but for those that are known to be functions. */
export function callsAround(text: string, node: Ast): string[] {
  const names: string[] = [];
  for (let at = node.parent; at && at.type !== 'compound_statement'; at = at.parent) {
    const callee = at.type === 'argument_list' ? at.parent?.children[0] : undefined;
    const name = callee && text.slice(callee.start, callee.end);
    if (name !== undefined && !usesArguments(name) && !isPassThrough(name)) names.push(name);
  }
  return names;
}
