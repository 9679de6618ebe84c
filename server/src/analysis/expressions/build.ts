/** From syntax trees to `Expression`s. */
import { between, type Ast } from '../ast';
import { spanOf } from '../ctx-uses/expressions';
import { readerOf } from '../ctx-uses/readers';
import type { Binding, Scopes } from '../ctx-uses/scopes';
import { tokenize } from '../lexer';
import { writtenType, type WrittenType } from '../types';
import type { Expression, Local, MemberExpression } from './model';

/** Masked text for what the tree is about, and as written, for types; the offsets are the same. */
export interface Texts {
  readonly text: string;
  readonly source: string;
}

export class ExpressionBuilder {
  readonly #texts: Texts;
  readonly #scopes: Scopes;
  readonly #locals = new Map<Binding, Local>();
  readonly #parameters: readonly string[];

  /** @param parameters names of the function's own parameters, in order */
  constructor(texts: Texts, scopes: Scopes, parameters: readonly string[]) {
    this.#texts = texts;
    this.#scopes = scopes;
    this.#parameters = parameters;
  }

  of(node: Ast): Expression {
    const span = spanOf(node);
    const [first, second] = node.children;
    switch (node.type) {
      case 'parenthesized_expression':
        return first && node.children.length === 1 ? this.of(first) : { kind: 'other', span };
      case 'identifier': {
        const binding = this.#scopes.of(node);
        const local = binding && this.#local(binding);
        return { kind: 'variable', span, name: this.#textOf(node), ...(local && { local }) };
      }
      case 'cast_expression':
        return first && second
          ? { kind: 'cast', span, type: this.#written(first), of: this.of(second) }
          : { kind: 'other', span };
      case 'field_expression':
        return this.#member(node) ?? { kind: 'other', span };
      case 'subscript_expression':
        return first ? { kind: 'element', span, of: this.of(first) } : { kind: 'other', span };
      case 'pointer_expression': {
        const kind = this.#texts.text.charAt(node.start) === '&' ? 'address' : 'element';
        return first ? { kind, span, of: this.of(first) } : { kind: 'other', span };
      }
      case 'call_expression':
        return this.#call(node);
      default:
        return { kind: 'other', span };
    }
  }

  /** The members that the field arguments of `BPF_CORE_READ(src, a, b.c)` are, one after the other. */
  fields(call: Ast): Expression | undefined {
    const [callee, list] = call.children;
    const macro = callee?.type === 'identifier' ? this.#textOf(callee) : '';
    const shape = fieldArguments(macro);
    const source = shape && list?.children[shape.source];
    const accessors = (shape && list?.children.slice(shape.fields)) ?? [];
    if (!source || accessors.length === 0) return undefined;
    let made = shape.ofType ? this.#pointerTo(source) : this.of(source);
    for (const accessor of accessors) {
      const next = this.#accessor(accessor, made, macro);
      if (!next) return undefined;
      made = next;
    }
    return made;
  }

  #member(node: Ast): MemberExpression | undefined {
    const [object, field] = node.children;
    if (!object || field?.type !== 'field_identifier') return undefined;
    return {
      kind: 'member',
      span: spanOf(node),
      of: this.of(object),
      arrow: between(this.#texts.text, object, field) === '->',
      name: this.#textOf(field),
      nameSpan: spanOf(field),
    };
  }

  #accessor(node: Ast, before: Expression, macro: string): Expression | undefined {
    const [inner, field] = node.children;
    const span = spanOf(node);
    const name = (of: Expression, at: Ast, arrow: boolean): MemberExpression => ({
      ...{ kind: 'member', span, of, arrow, name: this.#textOf(at), nameSpan: spanOf(at), macro },
    });
    if (node.type === 'identifier') return name(before, node, true);
    const of = inner && this.#accessor(inner, before, macro);
    if (!of || !field) return undefined;
    if (node.type === 'subscript_expression') return { kind: 'element', span, of };
    const dot = node.type === 'field_expression' && between(this.#texts.text, inner, field) === '.';
    return dot ? name(of, field, false) : undefined;
  }

  #call(node: Ast): Expression {
    const span = spanOf(node);
    const [callee, list] = node.children;
    if (callee?.type !== 'identifier' || this.#scopes.of(callee)) return { kind: 'other', span };
    const name = this.#textOf(callee);
    const reader = readerOf(name);
    if (reader?.fields !== undefined) {
      // Those with a destination have no value.
      return (reader.destination === undefined && this.fields(node)) || { kind: 'other', span };
    }
    const type = name === 'bpf_core_cast' ? list?.children[1] : undefined;
    return {
      ...{ kind: 'call', span, callee: name },
      arguments: (list?.children ?? []).map((argument) => this.of(argument)),
      ...(type && { type: this.#writtenBefore(type) }),
    };
  }

  #local(binding: Binding): Local {
    const known = this.#locals.get(binding);
    if (known) return known;
    const values: (Expression | undefined)[] = [];
    const parameter = binding.kind === 'parameter' ? this.#parameters.indexOf(binding.name) : undefined;
    const local: Local = {
      ...{ name: binding.name, type: binding.type, isArray: binding.isArray, values },
      ...(parameter !== undefined && { parameter }),
      shared: binding.addressTaken || binding.opaque,
    };
    // Known before its values are made: one may be made of another, `p = p->next`.
    this.#locals.set(binding, local);
    for (const { kind, value } of binding.assignments) {
      values.push(kind === 'set' && value ? this.of(value) : undefined);
    }
    return local;
  }

  /** `struct T` as an argument: what a pointer to it points to. */
  #pointerTo(type: Ast): Expression {
    const { base, pointers } = this.#writtenBefore(type);
    const span = spanOf(type);
    return { kind: 'cast', span, type: { base, pointers: pointers + 1 }, of: { kind: 'other', span } };
  }

  #written(type: Ast): WrittenType {
    return writtenType(tokenize(this.#texts.source.slice(type.start, type.end)));
  }

  /** The mask has left the tag of `struct T`. */
  #writtenBefore(tag: Ast): WrittenType {
    const before = /(?:\b(?:const|struct)\s+)+$/.exec(this.#texts.source.slice(0, tag.start))?.[0] ?? '';
    return writtenType(tokenize(before + this.#textOf(tag)));
  }

  #textOf(node: Ast): string {
    return this.#texts.text.slice(node.start, node.end);
  }
}

/** Which arguments of a macro are fields, and of what: an expression, or with `ofType` a type. */
export function fieldArguments(
  macro: string,
): { readonly source: number; readonly fields: number; readonly ofType: boolean } | undefined {
  if (/^bpf_core_field_(?:exists|size|offset)$/.test(macro)) return { source: 0, fields: 1, ofType: true };
  const { source = 0, fields } = readerOf(macro) ?? {};
  return fields === undefined ? undefined : { source, fields, ofType: false };
}

/** Without the index behind it. */
export function innermostMember(expression: Expression): MemberExpression | undefined {
  let at = expression;
  while (at.kind === 'element' || at.kind === 'address') at = at.of;
  return at.kind === 'member' ? at : undefined;
}
