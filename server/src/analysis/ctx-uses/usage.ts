/** Where a value goes. A read whose value nothing uses is no instruction: the compiler drops it. */
import { descendants, type Ast } from '../ast';
import type { CallArgument, Usage } from './facts';
import { isExistenceCheck, isPassThrough, usesArguments } from './readers';
import { unwrap, type Binding, type Scopes } from './scopes';

const nothing: Usage = { live: false, returned: false, calls: [] };
const live: Usage = { live: true, returned: false, calls: [] };

export class Usages {
  readonly #text: string;
  readonly #scopes: Scopes;

  constructor(text: string, scopes: Scopes) {
    this.#text = text;
    this.#scopes = scopes;
  }

  of(node: Ast, visited = new Set<Binding>()): Usage {
    const parent = node.parent;
    if (!parent) return nothing;
    switch (parent.type) {
      case 'parenthesized_expression':
        return isStatement(parent.parent) ? this.#condition(parent) : this.of(parent, visited);
      case 'cast_expression':
      case 'unary_expression':
      case 'binary_expression':
      case 'subscript_expression':
      case 'field_expression':
      case 'conditional_expression':
      case 'initializer_list':
      case 'initializer_pair':
      case 'compound_literal_expression':
        return this.of(parent, visited);
      case 'pointer_expression':
        return this.of(parent, visited);
      case 'comma_expression':
        return parent.children.at(-1) === node ? this.of(parent, visited) : nothing;
      case 'argument_list':
        return this.#argument(parent, node, visited);
      case 'init_declarator':
        return this.#declared(parent, visited);
      case 'assignment_expression':
        return this.#assigned(parent, node, visited);
      case 'return_statement':
        return { live: false, returned: true, calls: [] };
      case 'expression_statement':
        return this.#statement(parent, visited);
      case 'for_statement':
      case 'case_statement':
      case 'gnu_asm_input_operand':
      case 'update_expression':
        return live;
      default:
        return nothing;
    }
  }

  #argument(list: Ast, node: Ast, visited: Set<Binding>): Usage {
    const callee = list.parent?.children[0];
    if (callee?.type !== 'identifier' || this.#scopes.of(callee)) return nothing;
    const name = this.#textOf(callee);
    if (isExistenceCheck(name)) return nothing;
    if (isPassThrough(name) && list.parent) return this.of(list.parent, visited);
    if (usesArguments(name)) return live;
    const call: CallArgument = { callee: name, argument: list.children.indexOf(node) };
    return { live: false, returned: false, calls: [call] };
  }

  #declared(declarator: Ast, visited: Set<Binding>): Usage {
    let name: Ast | undefined = declarator.children[0];
    while (name && name.type !== 'identifier') name = name.children[0];
    const binding = name && this.#scopes.of(name);
    return binding ? this.#binding(binding, declarator.start, visited) : nothing;
  }

  #assigned(assignment: Ast, node: Ast, visited: Set<Binding>): Usage {
    const left = assignment.children[0];
    if (!left || left === node) return live;
    const outer = this.of(assignment, visited);
    const binding = this.#ownerOf(left);
    return binding ? either(outer, this.#binding(binding, assignment.start, visited)) : live;
  }

  /** The local that an assignment to `left` changes; a store through a pointer has none and is always used. */
  #ownerOf(left: Ast): Binding | undefined {
    let at = unwrap(left);
    while (at.type === 'field_expression' || at.type === 'subscript_expression') {
      const [inner, second] = at.children;
      if (!inner || !second || this.#text.slice(inner.end, second.start).includes('->')) return undefined;
      at = unwrap(inner);
    }
    const binding = at.type === 'identifier' ? this.#scopes.of(at) : undefined;
    return binding && (at === unwrap(left) || binding.type.pointers === 0 || binding.isArray)
      ? binding
      : undefined;
  }

  #binding(binding: Binding, at: number, visited: Set<Binding>): Usage {
    if (binding.opaque || binding.addressTaken) return live;
    if (visited.has(binding)) return nothing;
    visited.add(binding);
    // A later assignment may overwrite the value before anything reads it.
    if (binding.assignments.some((other) => other.at > at && other.kind !== 'part')) return nothing;
    let usage = nothing;
    for (const read of binding.reads) {
      if (read.start > at && !usage.live) usage = either(usage, this.of(read, visited));
    }
    return usage;
  }

  /** A condition matters if what depends on it does something. */
  #condition(parenthesized: Ast): Usage {
    const statement = parenthesized.parent;
    if (statement?.type !== 'if_statement') return live;
    const branches = statement.children.filter((child) => child !== parenthesized);
    const acts = branches.some((branch) =>
      [...descendants(branch)].some((inner) => actions.test(inner.type)),
    );
    return acts && !this.#endsAlike(statement, branches) ? live : nothing;
  }

  /** `if (x) return 0; return 0;` */
  #endsAlike(statement: Ast, branches: readonly Ast[]): boolean {
    const siblings = statement.parent?.children ?? [];
    const next = siblings[siblings.indexOf(statement) + 1];
    const [only, ...more] = branches;
    const inner = only?.type === 'compound_statement' && only.children.length === 1 ? only.children[0] : only;
    if (!inner || !next || more.length > 0 || inner.type !== 'return_statement') return false;
    return next.type === 'return_statement' && this.#textOf(next) === this.#textOf(inner);
  }

  /** The last expression of `({ … })` is its value. */
  #statement(statement: Ast, visited: Set<Binding>): Usage {
    const block = statement.parent;
    const last = block?.children.at(-1) === statement;
    const outer = block?.parent;
    return last && block.type === 'compound_statement' && outer?.type === 'parenthesized_expression'
      ? this.of(outer, visited)
      : nothing;
  }

  #textOf(node: Ast): string {
    return this.#text.slice(node.start, node.end);
  }
}

const actions =
  /^(?:call_expression|return_statement|goto_statement|break_statement|continue_statement|assignment_expression)$/;

function isStatement(node: Ast | undefined): boolean {
  return node !== undefined && /^(?:if|while|do|switch)_statement$/.test(node.type);
}

export function either(a: Usage, b: Usage): Usage {
  return { live: a.live || b.live, returned: a.returned || b.returned, calls: [...a.calls, ...b.calls] };
}
