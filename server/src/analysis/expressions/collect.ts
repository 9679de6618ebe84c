/** Walks one function body and lists the members that it mentions. */
import type { Ast } from '../ast';
import { Constness } from '../ctx-uses/constness';
import { callsAround, isStored } from '../ctx-uses/expressions';
import { Flow } from '../ctx-uses/flow';
import { isExistenceCheck, readerOf } from '../ctx-uses/readers';
import { isTypeOrName, type Scopes } from '../ctx-uses/scopes';
import { Usages } from '../ctx-uses/usage';
import { innermostMember, type ExpressionBuilder, type Texts } from './build';
import type { Access, Expression } from './model';

export interface Body extends Texts {
  readonly tree: Ast;
  readonly scopes: Scopes;
  readonly build: ExpressionBuilder;
  /** The function is a program: what it is called with is no constant. */
  readonly isProgram: boolean;
  isMutable(name: string): boolean;
  /** Text under an `#if`. */
  isConditional(offset: number): boolean;
}

export function collectAccesses(body: Body): readonly Access[] {
  const collector = new Collector(body);
  collector.walk();
  return collector.accesses;
}

class Collector {
  readonly accesses: Access[] = [];
  readonly #body: Body;
  readonly #constness: Constness;
  readonly #usages: Usages;
  readonly #flow: Flow;
  /** Inside of sizeof, or of a question about types. */
  #unevaluated = 0;

  constructor(body: Body) {
    this.#body = body;
    this.#constness = new Constness(body.text, body.scopes, {
      isMutable: (name) => body.isMutable(name),
      parametersMayBeConstant: !body.isProgram,
    });
    this.#usages = new Usages(body.text, body.scopes);
    this.#flow = new Flow(body.text, this.#constness, (node, certain) => this.#expression(node, certain));
  }

  walk(): void {
    this.#flow.block(this.#body.tree, true);
  }

  #expression(node: Ast, certain: boolean): void {
    if (isTypeOrName(node)) return;
    switch (node.type) {
      case 'parenthesized_expression':
        for (const child of node.children) this.#expression(child, certain);
        return;
      case 'compound_statement':
        this.#flow.block(node, certain);
        return;
      case 'field_expression':
        this.#note(this.#body.build.of(node), node, certain);
        this.#inside(node, certain);
        return;
      case 'subscript_expression':
        for (const child of node.children.slice(0, 2)) this.#expression(child, certain);
        return;
      case 'call_expression':
        this.#call(node, certain);
        return;
      case 'sizeof_expression':
      case 'alignof_expression':
      case 'offsetof_expression':
        this.#unevaluated++;
        for (const child of node.children) this.#expression(child, false);
        this.#unevaluated--;
        return;
      case 'binary_expression':
      case 'conditional_expression':
        for (const [operand, isCertain] of this.#flow.operands(node, certain))
          this.#expression(operand, isCertain);
        return;
      default:
        for (const child of node.children) this.#flow.statement(child, certain);
    }
  }

  #call(node: Ast, certain: boolean): void {
    const [callee, list] = node.children;
    const name =
      callee?.type === 'identifier' && !this.#body.scopes.of(callee)
        ? this.#body.text.slice(callee.start, callee.end)
        : '';
    if (callee && name === '') this.#expression(callee, certain);
    const asks = isExistenceCheck(name);
    if (asks) this.#unevaluated++;
    const fields = readerOf(name)?.fields;
    const read = fields === undefined ? undefined : this.#body.build.fields(node);
    if (read) this.#note(read, node, certain);
    for (const argument of list?.children.slice(0, fields) ?? [])
      this.#expression(argument, certain && !asks);
    for (const accessor of fields === undefined ? [] : (list?.children.slice(fields) ?? [])) {
      this.#indices(accessor, certain);
    }
    if (asks) this.#unevaluated--;
  }

  /** `BPF_CORE_READ(x, a[i])`: `i` is an expression like any other. */
  #indices(accessor: Ast, certain: boolean): void {
    const [inner, index] = accessor.children;
    if (accessor.type === 'subscript_expression' && index) this.#expression(index, certain);
    if (inner && /^(?:subscript|field)_expression$/.test(accessor.type)) this.#indices(inner, certain);
  }

  /** Expressions inside of a chain of members that are no part of it. */
  #inside(node: Ast, certain: boolean): void {
    const [first, second] = node.children;
    switch (node.type) {
      case 'field_expression':
      case 'pointer_expression':
      case 'parenthesized_expression':
        if (first) this.#inside(first, certain);
        return;
      case 'cast_expression':
        if (second) this.#inside(second, certain);
        return;
      case 'subscript_expression':
        if (first) this.#inside(first, certain);
        if (second) this.#expression(second, certain);
        return;
      default:
        this.#expression(node, certain);
    }
  }

  #note(expression: Expression, node: Ast, certain: boolean): void {
    const member = innermostMember(expression);
    if (!member) return;
    const usage = this.#usages.of(node);
    this.accesses.push({
      expression: member,
      use: this.#use(node),
      certain,
      plain: this.#isPlain(node),
      used: node.type === 'call_expression' || usage.live || usage.returned || usage.calls.length > 0,
      inside: callsAround(this.#body.text, node),
    });
  }

  #use(node: Ast): Access['use'] {
    if (this.#unevaluated > 0) return 'unevaluated';
    if (isStored(node)) return 'store';
    let at = node;
    // `&x->a[1]` is as much an address as `&x->a`.
    while (at.parent && /^(?:parenthesized|subscript)_expression$/.test(at.parent.type)) {
      if (at.parent.type === 'subscript_expression' && at.parent.children[0] !== at) return 'value';
      at = at.parent;
    }
    const { parent } = at;
    const isAddress = parent?.type === 'pointer_expression' && this.#body.text.charAt(parent.start) === '&';
    return isAddress ? 'address' : 'value';
  }

  /** The parser understood the whole statement, it stands under no `#if`, and no `->` waits for its member. */
  #isPlain(node: Ast): boolean {
    if (this.#body.isConditional(node.start)) return false;
    if (/(?:->|\.)[^\S\n]*\n/.test(this.#body.text.slice(node.start, node.end))) return false;
    for (let at: Ast | undefined = node; at && at.type !== 'compound_statement'; at = at.parent) {
      if (at.broken) return false;
    }
    return true;
  }
}
