/**
 * Conditions that the compiler, libbpf or the verifier may decide before the program runs: literals, macros, globals
 * (`const volatile` settings), CO-RE existence checks. Code behind one of them may never be seen by the verifier.
 */
import { between, type Ast } from '../ast';
import { isExistenceCheck } from './readers';
import { unwrap, type Binding, type Scopes } from './scopes';

/** Whether the condition may be known to be true, or false, in advance. */
export interface Foresight {
  readonly maybeTrue: boolean;
  readonly maybeFalse: boolean;
}

export class Constness {
  readonly #text: string;
  readonly #scopes: Scopes;
  /** In a helper that is inlined, parameters may be constants too. */
  readonly #isConstantParameter: (binding: Binding) => boolean;
  readonly #visiting = new Set<Binding>();

  constructor(text: string, scopes: Scopes, isConstantParameter: (binding: Binding) => boolean) {
    this.#text = text;
    this.#scopes = scopes;
    this.#isConstantParameter = isConstantParameter;
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
        return !binding || this.#isConstantBinding(binding);
      }
      case 'call_expression': {
        const [callee, list] = node.children;
        if (callee && isExistenceCheck(this.#textOf(callee))) return true;
        // Helpers without arguments, `bpf_get_smp_processor_id()`, ask the kernel.
        if (callee && this.#textOf(callee).startsWith('bpf_')) return false;
        return (list?.children ?? []).every((argument) => this.#isConstant(argument));
      }
      case 'pointer_expression':
      case 'subscript_expression':
        return false;
      case 'field_expression': {
        const [object, field] = node.children;
        if (!object || !field || between(this.#text, object, field) === '->') return false;
        return this.#isConstant(unwrap(object));
      }
      default:
        return node.children.every((child) => this.#isConstant(child));
    }
  }

  #isConstantBinding(binding: Binding): boolean {
    if (binding.kind === 'parameter') return this.#isConstantParameter(binding);
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
