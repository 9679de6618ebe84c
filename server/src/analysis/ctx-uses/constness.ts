/**
 * Conditions that the compiler, libbpf or the verifier may decide before the program runs: literals, macros, globals
 * (`const volatile` settings), CO-RE existence checks. Code behind one of them may never be seen by the verifier.
 */
import { between, type Ast } from '../ast';
import { isExistenceCheck, readsMemory } from './readers';
import { unwrap, type Binding, type Scopes } from './scopes';

/** Whether the condition may be known to be true, or false, in advance. */
export interface Foresight {
  readonly maybeTrue: boolean;
  readonly maybeFalse: boolean;
}

/** What the function's own text does not say. */
export interface Outside {
  /** A variable of the file that anything may write at any time. */
  isMutable(name: string): boolean;
  /** The function is inlined: what a caller passes to it may be a constant. */
  readonly parametersMayBeConstant: boolean;
}

export class Constness {
  readonly #text: string;
  readonly #scopes: Scopes;
  readonly #outside: Outside;
  readonly #visiting = new Set<Binding>();

  constructor(text: string, scopes: Scopes, outside: Outside) {
    this.#text = text;
    this.#scopes = scopes;
    this.#outside = outside;
  }

  condition(node: Ast): Foresight {
    const [first, second] = node.children;
    if (node.type === 'parenthesized_expression' && first) return this.condition(first);
    if (node.type === 'unary_expression' && first && this.#text.charAt(node.start) === '!') {
      const { maybeTrue, maybeFalse } = this.condition(first);
      return { maybeTrue: maybeFalse, maybeFalse: maybeTrue };
    }
    if (node.type === 'binary_expression' && first && second) {
      const operator = between(this.#text, first, second);
      if (operator === '&&' || operator === '||') {
        const left = this.condition(first);
        const right = this.condition(second);
        const and = operator === '&&';
        return {
          maybeTrue: and ? left.maybeTrue && right.maybeTrue : left.maybeTrue || right.maybeTrue,
          maybeFalse: and ? left.maybeFalse || right.maybeFalse : left.maybeFalse && right.maybeFalse,
        };
      }
    }
    if (node.type === 'call_expression' && first && second && /^(?:un)?likely$/.test(this.#textOf(first))) {
      return second.children[0] ? this.condition(second.children[0]) : { maybeTrue: true, maybeFalse: true };
    }
    const constant = this.#isConstant(node);
    return { maybeTrue: constant, maybeFalse: constant };
  }

  /** Nothing in it comes from the running kernel. */
  #isConstant(node: Ast): boolean {
    switch (node.type) {
      case 'identifier': {
        const binding = this.#scopes.of(node);
        return binding ? this.#isConstantBinding(binding) : !this.#outside.isMutable(this.#textOf(node));
      }
      case 'call_expression':
        return this.#mayTellInAdvance(node);
      case 'pointer_expression':
        return false;
      case 'subscript_expression':
        return this.#isGlobal(node) && node.children.every((child) => this.#isConstant(child));
      case 'field_expression': {
        const [object, field] = node.children;
        if (!object || !field || between(this.#text, object, field) === '->') return false;
        return this.#isConstant(unwrap(object));
      }
      default:
        return node.children.every((child) => this.#isConstant(child));
    }
  }

  #mayTellInAdvance(call: Ast): boolean {
    const [callee, list] = call.children;
    const name = callee ? this.#textOf(callee) : '';
    if (isExistenceCheck(name)) return true;
    // Helpers without arguments, `bpf_get_smp_processor_id()`, ask the kernel.
    if (name.startsWith('bpf_') || readsMemory(name)) return false;
    // A macro may ask about the type of its arguments only: `HAS(ctx->reason)`.
    if (/^[A-Z_][A-Z0-9_]*$/.test(name)) return true;
    return (list?.children ?? []).every(
      (argument) => this.#isConstant(argument) || this.#isPointerParameter(argument),
    );
  }

  /** `has_reason(ctx)`: the function may look at the struct's type, not at what it points to. */
  #isPointerParameter(node: Ast): boolean {
    const binding = node.type === 'identifier' ? this.#scopes.of(node) : undefined;
    return binding?.kind === 'parameter' && binding.type.pointers > 0;
  }

  /** `settings.modes[2]` of a `const volatile` one. */
  #isGlobal(node: Ast): boolean {
    let at: Ast | undefined = unwrap(node);
    while (at?.type === 'subscript_expression' || at?.type === 'field_expression') {
      at = at.children[0] && unwrap(at.children[0]);
    }
    return at?.type === 'identifier' && !this.#scopes.of(at);
  }

  #isConstantBinding(binding: Binding): boolean {
    if (binding.kind === 'parameter') return this.#outside.parametersMayBeConstant;
    if (binding.addressTaken || binding.opaque || this.#visiting.has(binding)) return false;
    this.#visiting.add(binding);
    const constant = binding.assignments.every(
      ({ kind, value }) => kind === 'set' && value !== undefined && this.#isConstant(value),
    );
    this.#visiting.delete(binding);
    return constant;
  }

  #textOf(node: Ast): string {
    return this.#text.slice(node.start, node.end);
  }
}
