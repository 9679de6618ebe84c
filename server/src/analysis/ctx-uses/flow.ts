/** Walks the statements of a function and says of each expression whether control is certain to reach it. */
import { between, type Ast } from '../ast';
import type { Constness } from './constness';

/** After a statement: does control go on, and is it certain that it got here? */
interface Reached {
  readonly stops: boolean;
  readonly certain: boolean;
}

const jumpTarget = /^(?:labeled|case)_statement$/;

export class Flow {
  readonly #text: string;
  readonly #constness: Constness;
  readonly #onExpression: (node: Ast, certain: boolean) => void;

  constructor(text: string, constness: Constness, onExpression: (node: Ast, certain: boolean) => void) {
    this.#text = text;
    this.#constness = constness;
    this.#onExpression = onExpression;
  }

  /** A compound statement, or what stands behind a label or a case. */
  block(node: Ast, certain: boolean): Reached {
    let flow: Reached = { stops: false, certain };
    for (const child of node.children) {
      // A label or a case can be reached from elsewhere; but perhaps only from behind the guards before it.
      if (jumpTarget.test(child.type)) flow = { stops: false, certain: flow.certain };
      const after = this.statement(child, flow.certain && !flow.stops);
      flow = { stops: flow.stops || after.stops, certain: flow.certain && after.certain };
    }
    return flow;
  }

  /** Of `a && b`, `a + b` or `a ? b : c` the operands, in order, and whether control is certain to reach each. */
  *operands(node: Ast, certain: boolean): Generator<readonly [operand: Ast, certain: boolean]> {
    const [first, second, third] = node.children;
    const isChoice = node.type === 'conditional_expression';
    if (!first || (!second && !isChoice)) return;
    yield [first, certain];
    const { maybeTrue, maybeFalse } = this.#constness.condition(first);
    if (!isChoice) {
      if (!second) return;
      const operator = between(this.#text, first, second);
      const skipped = (operator === '&&' && maybeFalse) || (operator === '||' && maybeTrue);
      yield [second, certain && !skipped && node.children.length === 2];
      return;
    }
    if (third && second) yield [second, certain && !maybeFalse];
    // `a ?: c` has no other.
    const last = third ?? second;
    if (last) yield [last, certain && !maybeTrue];
  }

  /** An expression is a statement too. */
  statement(node: Ast, certain: boolean): Reached {
    switch (node.type) {
      case 'compound_statement':
      case 'labeled_statement':
        return this.block(node, certain);
      case 'case_statement':
        this.block(node, certain);
        return { stops: false, certain };
      case 'if_statement':
        return this.#if(node, certain);
      case 'else_clause':
        return node.children[0] ? this.statement(node.children[0], certain) : { stops: false, certain };
      case 'while_statement':
      case 'switch_statement':
      case 'do_statement':
      case 'for_statement':
        this.#loop(node, certain);
        return { stops: false, certain };
      case 'return_statement':
      case 'goto_statement':
      case 'break_statement':
      case 'continue_statement':
        this.#expressions(node.children, certain);
        return { stops: true, certain };
      case 'declaration':
        this.#declaration(node, certain);
        return { stops: false, certain };
      case 'expression_statement': {
        this.#expressions(node.children, certain);
        const call = node.children[0];
        return {
          stops:
            call?.type === 'call_expression' && this.#text.startsWith('__builtin_unreachable', call.start),
          certain,
        };
      }
      default:
        this.#onExpression(node, certain);
        return { stops: false, certain };
    }
  }

  #if(node: Ast, certain: boolean): Reached {
    const [condition, consequence, alternative] = node.children;
    if (!condition) return { stops: false, certain };
    this.#onExpression(condition, certain);
    const { maybeTrue, maybeFalse } = this.#constness.condition(condition);
    const then = consequence ? this.statement(consequence, certain && !maybeFalse) : undefined;
    const otherwise = alternative ? this.statement(alternative, certain && !maybeTrue) : undefined;
    const stops = (then?.stops ?? false) && (otherwise?.stops ?? false);
    // `if (!bpf_core_field_exists(…)) return 0;`: what follows may never run.
    const guarded = (then?.stops === true && maybeTrue) || (otherwise?.stops === true && maybeFalse);
    return { stops, certain: certain && !guarded };
  }

  #loop(node: Ast, certain: boolean): void {
    const children = [...node.children];
    const body = node.type === 'do_statement' ? children.shift() : children.pop();
    for (const child of children) this.statement(child, certain);
    const condition = node.type === 'for_statement' || node.type === 'do_statement' ? undefined : children[0];
    const maybeFalse = condition !== undefined && this.#constness.condition(condition).maybeFalse;
    if (body) this.statement(body, certain && !maybeFalse);
  }

  #declaration(node: Ast, certain: boolean): void {
    for (const child of node.children) {
      const value = child.type === 'init_declarator' ? child.children[1] : undefined;
      if (value) this.#onExpression(value, certain);
    }
  }

  #expressions(nodes: readonly Ast[], certain: boolean): void {
    for (const node of nodes) this.#onExpression(node, certain);
  }
}
