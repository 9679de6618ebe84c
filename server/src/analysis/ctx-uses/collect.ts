/** Walks one function body and lists what it does with one pointer: uses, passes to other functions, names. */
import { between, type Ast } from '../ast';
import type { CtxUse, Span } from '../model';
import { Constness } from './constness';
import {
  accessorSteps,
  callsAround,
  declaredName,
  isDereferenced,
  isStored,
  outside,
  pointee,
  receiverOf,
  spanOf,
} from './expressions';
import type { CtxFacts, RawName, RawPass, RawStep, RawUse, Usage } from './facts';
import { Flow } from './flow';
import { isExistenceCheck, readerOf, type Reader } from './readers';
import { References, type Reference, type Tracked } from './references';
import { isTypeOrName, resolveScopes, unwrap, type DeclaredParameter, type Scopes } from './scopes';
import { bytesOf } from '../types';
import { Usages } from './usage';

export interface Body {
  /** The masked text; offsets are those of `tree`. */
  readonly text: string;
  /** As it is written, with the same offsets: what a type is called only this says. */
  readonly source: string;
  readonly tree: Ast;
  readonly parameters: readonly DeclaredParameter[];
  readonly tracked: Tracked;
  /** A variable of the file that anything may write at any time: no constant. */
  isMutable(name: string): boolean;
  /** Text under an `#if`. */
  isConditional(offset: number): boolean;
}

export function collectFacts(body: Body): Omit<CtxFacts, 'assumed'> {
  const collector = new Collector(body);
  collector.walk();
  return { uses: collector.uses, passes: collector.passes, names: collector.names() };
}

interface UseOptions {
  readonly access: CtxUse['access'];
  /** The expression that has the value: for a macro the call, else what is shown. */
  readonly value: Ast;
  readonly usage: Usage;
  readonly dereferenced: boolean;
  /** The value goes on from here; false where a macro has stored it. */
  readonly consumed: boolean;
  /** What the path starts from, where that is no part of what is shown. */
  readonly receiver?: Ast;
}

const alive: Usage = { live: true, returned: false, calls: [] };

class Collector {
  readonly uses: RawUse[] = [];
  readonly passes: RawPass[] = [];
  readonly #body: Body;
  readonly #scopes: Scopes;
  readonly #references: References;
  readonly #constness: Constness;
  readonly #usages: Usages;
  readonly #flow: Flow;

  constructor(body: Body) {
    this.#body = body;
    this.#scopes = resolveScopes(body, body.tree, body.parameters);
    this.#references = new References(body, this.#scopes, body.tracked);
    // A helper is inlined: what a handler passes to it may be a constant.
    this.#constness = new Constness(body.text, this.#scopes, {
      isMutable: (name) => body.isMutable(name),
      parametersMayBeConstant: body.tracked.via === 'helper',
    });
    this.#usages = new Usages(body.text, this.#scopes);
    this.#flow = new Flow(body.text, this.#constness, (node, certain) => this.#expression(node, certain));
  }

  walk(): void {
    this.#flow.block(this.#body.tree, true);
  }

  names(): RawName[] {
    return this.#scopes.bindings.flatMap((binding) => {
      const reference = this.#references.ofBinding(binding);
      if (!reference || reference.offset !== undefined) return [];
      const { path, root, via } = reference;
      return [{ name: binding.name, scope: binding.scope, root, path, via: via === 'cast' ? 'alias' : via }];
    });
  }

  #expressions(nodes: readonly Ast[], certain: boolean): void {
    for (const node of nodes) this.#expression(node, certain);
  }

  #expression(node: Ast, certain: boolean): void {
    if (isTypeOrName(node)) return;
    if (node.type === 'parenthesized_expression') {
      this.#expressions(node.children, certain);
      return;
    }
    const reference = this.#references.of(node);
    if (reference) {
      this.#reference(node, reference, certain);
      this.#inner(node, certain);
      return;
    }
    switch (node.type) {
      case 'compound_statement':
        this.#flow.block(node, certain);
        return;
      case 'call_expression':
        this.#call(node, certain);
        return;
      case 'sizeof_expression':
      case 'alignof_expression':
      case 'offsetof_expression':
        this.#expressions(node.children, false);
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
    if (!callee) return;
    const name = callee.type === 'identifier' && !this.#scopes.of(callee) ? this.#textOf(callee) : '';
    if (name === '') this.#expression(callee, certain);
    const reader = readerOf(name);
    if (isExistenceCheck(name)) {
      // Asked of the types, at load time: nothing is read.
      for (const argument of list?.children ?? []) this.#expression(argument, false);
      return;
    }
    for (const [i, argument] of (list?.children ?? []).entries()) {
      if (reader?.fields !== undefined && i >= reader.fields) this.#accessorIndices(argument, certain);
      else if (i !== reader?.source || !this.#source(node, argument, reader, certain))
        // Nobody assigns in an argument but to a macro, `IF_NEW(x = ctx->y)`, which does with it what it likes.
        this.#expression(argument, certain && argument.type !== 'assignment_expression');
    }
  }

  /** The source of a reader; false where it has nothing to do with ctx. */
  #source(call: Ast, argument: Ast, reader: Reader, certain: boolean): boolean {
    const reference = this.#references.of(argument);
    if (reference?.kind !== 'pointer') return false;
    const list = call.children[1]?.children ?? [];
    if (reader.fields !== undefined) {
      const [accessor, ...more] = list.slice(reader.fields);
      const steps =
        accessor &&
        reference.target.kind === 'struct' &&
        reference.offset === undefined &&
        accessorSteps(this.#body.text, accessor);
      if (accessor && steps) {
        this.#use(accessor, { ...reference, path: [...reference.path, ...steps] }, certain, {
          access: reader.access,
          value: call,
          usage: alive,
          dereferenced: more.length > 0,
          consumed: reader.destination === undefined,
          receiver: argument,
        });
      }
    } else {
      const size = reader.size === undefined ? undefined : list[reader.size];
      const read =
        reference.offset === undefined
          ? reference
          : offsetPlace(reference, argument, size && this.#sizeOf(size));
      const relocated = this.#textOf(argument).includes('__builtin_preserve_access_index');
      const access = relocated ? 'core-read' : reader.access;
      if (read.path.length > 0) {
        const options = { access, value: argument, usage: alive, dereferenced: false, consumed: true };
        this.#use(pointee(this.#body.text, argument), read, certain, options);
      }
    }
    this.#inner(argument, certain);
    return true;
  }

  /** The text of a size; of `sizeof(x)`, where x is a local scalar, the number of bytes. */
  #sizeOf(size: Ast): string {
    const operand =
      size.type === 'sizeof_expression' && size.children[0] ? unwrap(size.children[0]) : undefined;
    const binding = operand?.type === 'identifier' ? this.#scopes.of(operand) : undefined;
    const bytes = binding && !binding.isArray ? bytesOf(binding.type) : undefined;
    return bytes === undefined ? this.#body.source.slice(size.start, size.end) : String(bytes);
  }

  /** `BPF_CORE_READ(ctx, args[i])`: `i` is an expression like any other. */
  #accessorIndices(node: Ast, certain: boolean): void {
    const [inner, index] = node.children;
    if (node.type === 'subscript_expression' && index) this.#expression(index, certain);
    if (inner && (node.type === 'subscript_expression' || node.type === 'field_expression')) {
      this.#accessorIndices(inner, certain);
    }
  }

  /** A reference in a place where nothing extends it. */
  #reference(node: Ast, reference: Reference, certain: boolean): void {
    if (reference.path.length === 0) {
      if (reference.kind === 'pointer' && reference.offset === undefined) this.#pass(node, certain);
      return;
    }
    const shown = reference.kind === 'pointer' ? pointee(this.#body.text, node) : node;
    const pointer = reference.kind === 'pointer' || this.#becomesAlias(node);
    const access = pointer ? 'address' : isStored(node) ? 'write' : (reference.copied ?? 'read');
    const usage =
      access === 'write' || access === 'core-read' || access === 'probe-read' ? alive : this.#usages.of(node);
    this.#use(shown, reference, certain, {
      access,
      value: node,
      usage,
      dereferenced: isDereferenced(this.#body.text, node),
      consumed: true,
    });
  }

  /** `const unsigned long *args = ctx->args` takes an address and reads nothing. */
  #becomesAlias(node: Ast): boolean {
    let at: Ast | undefined = node;
    while (at.parent?.type === 'parenthesized_expression' || at.parent?.type === 'cast_expression')
      at = at.parent;
    const parent: Ast | undefined = at.parent;
    if (parent?.type !== 'init_declarator' && parent?.type !== 'assignment_expression') return false;
    if (parent.children[1] !== at) return false;
    const name = declaredName(parent.children[0]);
    const binding = name && this.#scopes.of(name);
    return binding !== undefined && this.#references.ofBinding(binding)?.kind === 'pointer';
  }

  #pass(node: Ast, certain: boolean): void {
    const [outer] = outside(node);
    const list = outer.parent;
    const call = list?.type === 'argument_list' ? list.parent : undefined;
    const callee = call?.children[0];
    if (!call || callee?.type !== 'identifier' || this.#scopes.of(callee)) return;
    const usage = this.#usages.of(call);
    this.passes.push({
      callee: this.#textOf(callee),
      argument: list?.children.indexOf(outer) ?? -1,
      certain: certain && this.#isPlain(node) && callsAround(this.#body.text, call).length === 0,
      used: usage.live || usage.returned || usage.calls.length > 0,
    });
  }

  /** Expressions inside of a reference that are no part of its path: indices, offsets. */
  #inner(node: Ast, certain: boolean): void {
    const [first, second] = node.children;
    switch (node.type) {
      case 'subscript_expression':
        if (first) this.#inner(first, certain);
        if (second) this.#expression(second, certain);
        return;
      case 'binary_expression':
        for (const child of node.children) {
          if (this.#references.of(child)?.kind === 'pointer') this.#inner(child, certain);
          else this.#expression(child, certain);
        }
        return;
      case 'call_expression':
        if (second?.children[0]) this.#inner(second.children[0], certain);
        return;
      default: {
        const inner = node.type === 'cast_expression' ? second : first;
        if (inner) this.#inner(inner, certain);
      }
    }
  }

  #use(
    shown: Ast,
    reference: Pick<Reference, 'path' | 'root' | 'via'>,
    certain: boolean,
    options: UseOptions,
  ): void {
    const [step, ...steps] = reference.path;
    if (!step) return;
    const { access, value, usage, dereferenced } = options;
    const [outer, cast] = outside(value);
    const consumer = options.consumed ? this.#consumer(outer) : undefined;
    this.uses.push({
      span: { start: shown.start, end: shown.end },
      path: [step, ...steps],
      root: reference.root,
      access,
      via: reference.via,
      receiver: this.#textOf(options.receiver ?? receiverOf(shown)),
      valueSize: options.consumed ? this.#valueSize(value) : undefined,
      ...(consumer && { consumer }),
      ...(cast && { castTo: this.#body.source.slice(cast.start, cast.end).replace(/\s+/g, ' ').trim() }),
      dereferenced: dereferenced || (access !== 'address' && isDereferenced(this.#body.text, value)),
      certain: certain && this.#isPlain(shown) && !reference.path.some(looksLikeMacro),
      usage,
      inside: callsAround(this.#body.text, value),
    });
  }

  #consumer(outer: Ast): CtxUse['consumer'] {
    const list = outer.parent;
    const call = list?.type === 'argument_list' ? list.parent : undefined;
    const callee = call?.children[0];
    if (!list || !call || callee?.type !== 'identifier') return undefined;
    return {
      callee: this.#textOf(callee),
      calleeSpan: spanOf(callee),
      argument: list.children.indexOf(outer),
      argumentSpan: spanOf(outer),
      callSpan: spanOf(call),
    };
  }

  /** Bytes of the variable that the value goes to as it is. */
  #valueSize(value: Ast): number | undefined {
    let at = value;
    while (at.parent?.type === 'parenthesized_expression') at = at.parent;
    const parent = at.parent;
    if (parent?.children[1] !== at) return undefined;
    const [left] = parent.children;
    const set = parent.type === 'assignment_expression' && left && between(this.#body.text, left, at) === '=';
    if (parent.type !== 'init_declarator' && !(set && left.type === 'identifier')) return undefined;
    const name = declaredName(left);
    const binding = name && this.#scopes.of(name);
    return binding && !binding.isArray ? bytesOf(binding.type) : undefined;
  }

  /** The parser understood the whole statement, it stands under no `#if`, and no `->` waits for its member. */
  #isPlain(node: Ast): boolean {
    if (this.#body.isConditional(node.start)) return false;
    if (/(?:->|\.)[^\S\n]*\n/.test(this.#textOf(node))) return false;
    for (let at: Ast | undefined = node; at && at.type !== 'compound_statement'; at = at.parent) {
      if (at.broken) return false;
    }
    return true;
  }

  #textOf(node: Ast): string {
    return this.#body.text.slice(node.start, node.end);
  }
}

function offsetPlace(reference: Reference, argument: Ast, size: string | undefined): Reference {
  if (size === undefined || reference.offset === undefined) return reference;
  const span: Span = spanOf(argument);
  return { ...reference, root: undefined, path: [{ kind: 'offset', text: reference.offset, size, span }] };
}

/** A member in capitals may be a macro of a header. */
function looksLikeMacro(step: RawStep): boolean {
  return step.kind === 'member' && /^[A-Z][A-Z0-9_]*$/.test(step.name);
}
