/** Which declaration every name in a function body means, and what happens to each local. */
import { between, descendants, type Ast } from '../ast';
import { tokenize } from '../lexer';
import type { Span } from '../model';
import { writtenType, type WrittenType } from '../types';
import { isExistenceCheck, readerOf, type Reader } from './readers';

export interface Binding {
  readonly name: string;
  readonly kind: 'parameter' | 'local';
  /** Where the name means this. */
  readonly scope: Span;
  readonly type: WrittenType;
  readonly isArray: boolean;
  /** Static or volatile: the compiler cannot follow its value. */
  readonly opaque: boolean;
  readonly assignments: Assignment[];
  readonly reads: Ast[];
  /** Something else may read or write it. */
  addressTaken: boolean;
}

export interface Assignment {
  /** `set`: `x = v`; `part`: `x.a = v`; `change`: `x += v`, `x++`; `copy`: filled by a reader from `value`. */
  readonly kind: 'set' | 'part' | 'change' | 'copy';
  readonly at: number;
  readonly value?: Ast;
  readonly reader?: Reader;
}

export interface Scopes {
  of(identifier: Ast): Binding | undefined;
  readonly bindings: readonly Binding[];
}

export interface DeclaredParameter {
  readonly name: string;
  readonly type: WrittenType;
}

export function resolveScopes(text: BodyText, body: Ast, parameters: readonly DeclaredParameter[]): Scopes {
  const resolver = new Resolver(text);
  const block = new Map<string, Binding>();
  for (const { name, type } of parameters) {
    resolver.declare(block, {
      name,
      kind: 'parameter',
      scope: { start: body.start, end: body.end },
      type,
      isArray: false,
    });
  }
  resolver.visit(body, [block]);
  return { of: (identifier) => resolver.found.get(identifier), bindings: resolver.bindings };
}

/** Masked, for what the tree is about, and as written, for types; the offsets are the same. */
export interface BodyText {
  readonly text: string;
  readonly source: string;
}

/** Innermost block last. */
type Blocks = readonly Map<string, Binding>[];
type NewBinding = Omit<Binding, 'assignments' | 'reads' | 'addressTaken' | 'opaque'> & { opaque?: boolean };

class Resolver {
  readonly found = new Map<Ast, Binding>();
  readonly bindings: Binding[] = [];
  readonly #text: string;
  readonly #source: string;

  constructor({ text, source }: BodyText) {
    this.#text = text;
    this.#source = source;
  }

  declare(block: Map<string, Binding>, given: NewBinding): Binding {
    const binding: Binding = { opaque: false, ...given, assignments: [], reads: [], addressTaken: false };
    this.bindings.push(binding);
    block.set(binding.name, binding);
    return binding;
  }

  visit(node: Ast, blocks: Blocks): void {
    switch (node.type) {
      case 'identifier':
        this.#read(node, blocks);
        return;
      case 'compound_statement':
      case 'for_statement':
        this.#children(node, [...blocks, new Map()]);
        return;
      case 'declaration':
        this.#declaration(node, blocks);
        return;
      case 'assignment_expression':
        this.#assignment(node, blocks);
        return;
      case 'update_expression':
        this.#update(node, blocks);
        return;
      case 'pointer_expression':
        this.#pointer(node, blocks);
        return;
      case 'call_expression':
        this.#call(node, blocks);
        return;
      case 'gnu_asm_output_operand':
      case 'gnu_asm_input_operand':
        for (const child of node.children) this.#takeAddress(child, blocks);
        return;
      case 'sizeof_expression':
      case 'alignof_expression':
      case 'offsetof_expression':
        this.#mention(node, blocks);
        return;
      default:
        if (!isTypeOrName(node)) this.#children(node, blocks);
    }
  }

  #children(node: Ast, blocks: Blocks): void {
    for (const child of node.children) this.visit(child, blocks);
  }

  #lookup(node: Ast, blocks: Blocks): Binding | undefined {
    const name = this.#text.slice(node.start, node.end);
    for (let i = blocks.length - 1; i >= 0; i--) {
      const binding = blocks[i]?.get(name);
      if (binding) {
        this.found.set(node, binding);
        return binding;
      }
    }
    return undefined;
  }

  #read(node: Ast, blocks: Blocks): void {
    this.#lookup(node, blocks)?.reads.push(node);
  }

  /** Names that are not evaluated: they mean something, but nothing is read. */
  #mention(node: Ast, blocks: Blocks): void {
    for (const inner of descendants(node)) if (inner.type === 'identifier') this.#lookup(inner, blocks);
  }

  #declaration(node: Ast, blocks: Blocks): void {
    const declarators = node.children.filter(isDeclarator);
    const specifiers = this.#source.slice(node.start, declarators[0]?.start ?? node.end);
    const tokens = tokenize(specifiers).map((token) => ({
      ...token,
      start: token.start + node.start,
      end: token.end + node.start,
    }));
    const base = writtenType(tokens);
    const opaque = tokens.some((token) => token.text === 'static' || token.text === 'volatile');
    const end = enclosingBlock(node)?.end ?? node.end;
    for (const declarator of declarators) {
      const value = declarator.type === 'init_declarator' ? declarator.children[1] : undefined;
      if (value) this.visit(value, blocks);
      const declared = this.#declared(declarator);
      const block = blocks.at(-1);
      if (!declared || !block) continue;
      const type = declared.isFunction
        ? { base: { kind: 'other' } as const, pointers: 0 }
        : { base: base.base, pointers: declared.pointers };
      const scope = { start: declarator.end, end };
      const name = this.#text.slice(declared.name.start, declared.name.end);
      const binding = this.declare(block, {
        name,
        kind: 'local',
        scope,
        type,
        isArray: declared.isArray,
        opaque,
      });
      this.found.set(declared.name, binding);
      if (value) binding.assignments.push({ kind: 'set', at: declarator.start, value });
    }
  }

  #declared(
    declarator: Ast,
  ): { name: Ast; pointers: number; isArray: boolean; isFunction: boolean } | undefined {
    let at: Ast | undefined = declarator;
    let pointers = 0;
    let isArray = false;
    let isFunction = false;
    while (at) {
      if (at.type === 'identifier') return { name: at, pointers, isArray, isFunction };
      if (at.type === 'pointer_declarator') pointers++;
      else if (at.type === 'array_declarator') isArray = true;
      else if (at.type === 'function_declarator') isFunction = true;
      at = at.children.find((child) => child.type === 'identifier' || isDeclarator(child));
    }
    return undefined;
  }

  #assignment(node: Ast, blocks: Blocks): void {
    const [left, right] = node.children;
    if (!left || !right) {
      this.#children(node, blocks);
      return;
    }
    this.visit(right, blocks);
    const plain = between(this.#text, left, right) === '=';
    const target = unwrap(left);
    if (target.type === 'identifier') {
      const binding = this.#lookup(target, blocks);
      binding?.assignments.push({ kind: plain ? 'set' : 'change', at: node.start, value: right });
      return;
    }
    const part = this.#ownPart(target, blocks);
    if (part) part.assignments.push({ kind: 'part', at: node.start, value: right });
    else this.visit(left, blocks);
  }

  /** The local struct or array of which `x.a[i]` is a part; its indices are visited. */
  #ownPart(node: Ast, blocks: Blocks): Binding | undefined {
    let at = unwrap(node);
    const indices: Ast[] = [];
    for (;;) {
      const [inner, second] = at.children;
      if (!inner) break;
      if (at.type === 'subscript_expression') {
        if (second) indices.push(second);
      } else if (at.type !== 'field_expression' || !second || between(this.#text, inner, second) !== '.')
        break;
      at = unwrap(inner);
    }
    if (at.type !== 'identifier' || at === node) return undefined;
    const binding = this.#lookup(at, blocks);
    if (!binding || (binding.type.pointers > 0 && !binding.isArray)) return undefined;
    for (const index of indices) this.visit(index, blocks);
    return binding;
  }

  #update(node: Ast, blocks: Blocks): void {
    const target = node.children[0] && unwrap(node.children[0]);
    if (target?.type !== 'identifier') {
      this.#children(node, blocks);
      return;
    }
    const binding = this.#lookup(target, blocks);
    binding?.assignments.push({ kind: 'change', at: node.start });
    if (node.parent?.type !== 'expression_statement' && node.parent?.type !== 'for_statement')
      binding?.reads.push(target);
  }

  #pointer(node: Ast, blocks: Blocks): void {
    const [inner] = node.children;
    if (!inner) return;
    if (this.#text.charAt(node.start) === '&') this.#takeAddress(inner, blocks);
    else this.visit(inner, blocks);
  }

  #takeAddress(node: Ast, blocks: Blocks): void {
    const target = unwrap(node);
    const binding =
      target.type === 'identifier' ? this.#lookup(target, blocks) : this.#ownPart(target, blocks);
    if (binding) binding.addressTaken = true;
    else this.visit(node, blocks);
  }

  #call(node: Ast, blocks: Blocks): void {
    const [callee, list] = node.children;
    if (!callee) return;
    const name = this.#text.slice(callee.start, callee.end);
    if (isExistenceCheck(name)) {
      this.#mention(node, blocks);
      return;
    }
    this.visit(callee, blocks);
    const reader = readerOf(name);
    for (const [i, argument] of (list?.children ?? []).entries()) {
      if (reader?.fields !== undefined && i >= reader.fields) this.#accessor(argument, blocks);
      else if (reader?.destination !== i || !this.#filled(node, reader, argument, blocks))
        this.visit(argument, blocks);
    }
  }

  /** In `BPF_CORE_READ(ctx, args[i])` only `i` is a name of the function. */
  #accessor(node: Ast, blocks: Blocks): void {
    if (node.type === 'subscript_expression') {
      const [inner, index] = node.children;
      if (inner) this.#accessor(inner, blocks);
      if (index) this.visit(index, blocks);
    } else if (node.type === 'field_expression' && node.children[0]) this.#accessor(node.children[0], blocks);
  }

  /** `bpf_probe_read(&x, sizeof(x), source)` sets x. */
  #filled(call: Ast, reader: Reader, argument: Ast, blocks: Blocks): boolean {
    const target = unwrap(argument);
    const [inner] = target.children;
    if (target.type !== 'pointer_expression' || !inner || this.#text.charAt(target.start) !== '&')
      return false;
    const local = unwrap(inner);
    const binding = local.type === 'identifier' ? this.#lookup(local, blocks) : undefined;
    const value = call.children[1]?.children[reader.source];
    if (!binding) return false;
    binding.assignments.push({ kind: 'copy', at: call.start, ...(value && { value }), reader });
    return true;
  }
}

/** Without the parentheses and casts around it. */
export function unwrap(node: Ast): Ast {
  let at = node;
  while (at.type === 'parenthesized_expression' || at.type === 'cast_expression') {
    const inner: Ast | undefined = at.children.at(-1);
    if (!inner) break;
    at = inner;
  }
  return at;
}

function isDeclarator(node: Ast): boolean {
  return (
    /^(?:init|pointer|array|function|parenthesized|attributed)_declarator$/.test(node.type) ||
    node.type === 'identifier'
  );
}

export function isTypeOrName(node: Ast): boolean {
  return /^(?:type_descriptor|type_identifier|primitive_type|sized_type_specifier|field_identifier|statement_identifier|\w+_specifier|type_qualifier|field_designator|string_literal|number_literal)$/.test(
    node.type,
  );
}

export function enclosingBlock(node: Ast): Ast | undefined {
  let at = node.parent;
  while (at && at.type !== 'compound_statement' && at.type !== 'for_statement') at = at.parent;
  return at;
}
