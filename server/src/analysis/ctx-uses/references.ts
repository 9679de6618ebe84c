/** What an expression means with respect to ctx: a pointer into it, or a place in it. */
import { between, type Ast } from '../ast';
import { tokenize } from '../lexer';
import type { CtxUse } from '../model';
import { writtenType, type BaseType, type WrittenType } from '../types';
import type { RawStep, StructName } from './facts';
import { isTransparent } from './readers';
import { unwrap, type Assignment, type Binding, type BodyText, type Scopes } from './scopes';

/** The pointer that is followed. */
export interface Tracked {
  readonly name: string;
  readonly type: WrittenType;
  readonly via: 'ctx' | 'helper';
}

export interface Reference {
  /** `place`: the expression is the object at `path`; `pointer`: it is the address of it. */
  readonly kind: 'pointer' | 'place';
  /** Empty for ctx itself. */
  readonly path: readonly RawStep[];
  readonly root: StructName | undefined;
  readonly target: Target;
  readonly via: CtxUse['via'];
  /** Bytes added to ctx, as text. */
  readonly offset?: string;
  /** How a copied struct was copied. */
  readonly copied?: CtxUse['access'];
}

/** What stands at the place, or where the pointer points. */
type Target =
  | BaseType
  /** Words that the program declares its ctx to be: `ctx[1]` is an index, not an offset. */
  | { readonly kind: 'words'; readonly size: 4 | 8 }
  /** A member, whose type is not known here. */
  | { readonly kind: 'member' };

export class References {
  readonly #text: string;
  readonly #source: string;
  readonly #scopes: Scopes;
  readonly #tracked: Tracked;
  readonly #known = new Map<Ast, Reference | undefined>();
  readonly #aliases = new Map<Binding, Reference | undefined>();

  constructor({ text, source }: BodyText, scopes: Scopes, tracked: Tracked) {
    this.#text = text;
    this.#source = source;
    this.#scopes = scopes;
    this.#tracked = tracked;
  }

  of(node: Ast): Reference | undefined {
    if (this.#known.has(node)) return this.#known.get(node);
    const reference = this.#evaluate(node);
    this.#known.set(node, reference);
    return reference;
  }

  /** What a local stands for, if it is set exactly once and nothing else can write it. */
  ofBinding(binding: Binding): Reference | undefined {
    if (this.#aliases.has(binding)) return this.#aliases.get(binding);
    this.#aliases.set(binding, undefined);
    const reference =
      binding.kind === 'parameter'
        ? this.#parameter(binding)
        : binding.addressTaken
          ? undefined
          : this.#alias(binding);
    this.#aliases.set(binding, reference);
    return reference;
  }

  #parameter(binding: Binding): Reference | undefined {
    const { name, type, via } = this.#tracked;
    if (binding.name !== name || binding.assignments.length > 0 || binding.addressTaken) return undefined;
    const { base } = type;
    const words = base.kind === 'scalar' && (base.size === 4 || base.size === 8) && via === 'ctx';
    const target: Target = words ? { kind: 'words', size: base.size === 4 ? 4 : 8 } : base;
    return { kind: 'pointer', path: [], root: structName(base), target, via };
  }

  #alias(binding: Binding): Reference | undefined {
    const [assignment, ...more] = binding.assignments;
    if (!assignment?.value || more.length > 0 || binding.isArray) return undefined;
    const { base, pointers } = binding.type;
    if (assignment.kind === 'copy') return this.#copy(binding, assignment);
    if (assignment.kind !== 'set') return undefined;
    const value = this.of(assignment.value);
    if (!value) return undefined;
    if (pointers === 1) {
      if (value.kind === 'pointer') return retype({ ...value, via: 'alias' }, base);
      // `const unsigned long *args = ctx->args`: an array becomes a pointer; any other member would be read.
      const [step, ...inner] = value.path;
      const array = step?.kind === 'member' && step.name === 'args' && inner.length === 0;
      return array && base.kind === 'scalar' && base.size === 8
        ? { ...value, kind: 'pointer', target: { kind: 'member' }, via: 'alias' }
        : undefined;
    }
    const integer = base.kind === 'scalar' && base.size === 8;
    if (pointers === 0 && integer && value.kind === 'pointer' && value.path.length === 0) {
      return { ...value, target: { kind: 'scalar', size: 1 }, via: 'alias' };
    }
    if (pointers === 0 && base.kind === 'struct' && value.kind === 'place' && isWhole(value)) {
      return { ...value, root: structName(base), target: base, via: 'copy', copied: 'read' };
    }
    return undefined;
  }

  /** `bpf_probe_read(&copy, sizeof(copy), ctx)` */
  #copy(binding: Binding, { value, reader }: Assignment): Reference | undefined {
    const { base, pointers } = binding.type;
    const source = value && this.of(value);
    const list = value?.parent;
    const size = reader?.size === undefined ? undefined : list?.children[reader.size];
    if (
      !reader ||
      source?.kind !== 'pointer' ||
      !isWhole(source) ||
      unwrapType(size) !== 'sizeof_expression'
    ) {
      return undefined;
    }
    if (pointers !== 0 || base.kind !== 'struct' || reader.fields !== undefined) return undefined;
    return {
      kind: 'place',
      path: [],
      root: structName(base),
      target: base,
      via: 'copy',
      copied: reader.access,
    };
  }

  #evaluate(node: Ast): Reference | undefined {
    const [first, second] = node.children;
    switch (node.type) {
      case 'identifier': {
        const binding = this.#scopes.of(node);
        return binding && this.ofBinding(binding);
      }
      case 'parenthesized_expression':
        return first && first.type !== 'compound_statement' ? this.of(first) : undefined;
      case 'cast_expression':
        return first && second ? this.#cast(first, second) : undefined;
      case 'field_expression':
        return first && second ? this.#field(first, second) : undefined;
      case 'subscript_expression':
        return first && second ? this.#subscript(node, first, second) : undefined;
      case 'pointer_expression':
        return first && this.#pointer(node, first);
      case 'binary_expression':
        return first && second ? this.#sum(first, second) : undefined;
      case 'call_expression':
        return first && isTransparent(this.#textOf(first)) && second?.children[0]
          ? this.of(second.children[0])
          : undefined;
      default:
        return undefined;
    }
  }

  #cast(type: Ast, value: Ast): Reference | undefined {
    const reference = this.of(value);
    if (reference?.kind !== 'pointer') return undefined;
    const written = writtenType(
      tokenize(this.#source.slice(type.start, type.end)).map((token) => ({
        ...token,
        start: token.start + type.start,
        end: token.end + type.start,
      })),
    );
    const via = reference.via === 'ctx' && reference.path.length === 0 ? 'cast' : reference.via;
    if (written.pointers === 1) return retype({ ...reference, via }, written.base);
    const integer = written.pointers === 0 && written.base.kind === 'scalar' && written.base.size === 8;
    return integer ? { ...reference, target: { kind: 'scalar', size: 1 }, via } : undefined;
  }

  #field(object: Ast, field: Ast): Reference | undefined {
    const reference = this.of(object);
    if (!reference || reference.offset !== undefined) return undefined;
    const arrow = between(this.#text, object, field) === '->';
    if (reference.kind !== (arrow ? 'pointer' : 'place')) return undefined;
    if (reference.target.kind !== 'struct' && !(reference.target.kind === 'member' && !arrow))
      return undefined;
    const step = {
      kind: 'member',
      name: this.#textOf(field),
      span: { start: field.start, end: field.end },
    } as const;
    return { ...reference, kind: 'place', path: [...reference.path, step], target: { kind: 'member' } };
  }

  #subscript(node: Ast, array: Ast, index: Ast): Reference | undefined {
    const reference = this.of(array);
    if (!reference || reference.offset !== undefined) return undefined;
    const text = this.#textOf(index);
    const member = reference.target.kind === 'member' && reference.path.length > 0;
    // `ctx->args[1]`, and `args[1]` where `args` is an alias of `ctx->args`.
    if (member && (reference.kind === 'place' || reference.path.at(-1)?.kind === 'member')) {
      const step = { kind: 'index', text, span: { start: index.start, end: index.end } } as const;
      return { ...reference, kind: 'place', path: [...reference.path, step] };
    }
    if (reference.kind !== 'pointer' || reference.path.length > 0) return undefined;
    if (reference.target.kind === 'struct') return text === '0' ? { ...reference, kind: 'place' } : undefined;
    return this.#element(node, reference, text, { start: index.start, end: index.end });
  }

  #pointer(node: Ast, inner: Ast): Reference | undefined {
    const reference = this.of(inner);
    if (!reference) return undefined;
    if (this.#text.charAt(node.start) === '&') {
      return reference.kind === 'place' ? { ...reference, kind: 'pointer' } : undefined;
    }
    if (reference.kind !== 'pointer') return undefined;
    const [step, ...more] = reference.path;
    if (step) {
      if (reference.via !== 'alias' || more.length > 0 || inner.type !== 'identifier')
        return { ...reference, kind: 'place' };
      const first = { kind: 'index', text: '0', span: { start: node.start, end: node.end } } as const;
      return { ...reference, kind: 'place', path: [step, first] };
    }
    if (reference.target.kind === 'struct')
      return reference.offset === undefined ? { ...reference, kind: 'place' } : undefined;
    return this.#element(node, reference, '0', { start: node.start, end: node.end });
  }

  /** Element `index` of what a pointer to words or bytes points to. */
  #element(node: Ast, reference: Reference, index: string, span: RawStep['span']): Reference | undefined {
    const { target, offset } = reference;
    if (target.kind === 'words' && offset === undefined) {
      return {
        ...reference,
        kind: 'place',
        path: [{ kind: 'index', text: index, span }],
        target: { kind: 'member' },
      };
    }
    if (target.kind !== 'scalar' && target.kind !== 'words') return undefined;
    const size = String(target.size);
    const text = index === '0' ? (offset ?? '0') : `(${offset ?? '0'})+(${index})*${size}`;
    const step = { kind: 'offset', text, size, span: { start: node.start, end: node.end } } as const;
    return {
      ...withoutOffset(reference),
      kind: 'place',
      path: [step],
      target: { kind: 'member' },
      root: undefined,
    };
  }

  /** `ctx + 24`, in bytes for `void *`, in words for words. */
  #sum(left: Ast, right: Ast): Reference | undefined {
    const operator = between(this.#text, left, right);
    if (operator !== '+' && operator !== '-') return undefined;
    const leftReference = this.of(left);
    const reference = leftReference ?? (operator === '+' ? this.of(right) : undefined);
    const other = leftReference ? right : left;
    if (reference?.kind !== 'pointer' || reference.path.length > 0 || (leftReference && this.of(right)))
      return undefined;
    const unit = unitOf(reference.target);
    if (unit === undefined) return undefined;
    const text = `(${reference.offset ?? '0'})${operator}(${this.#textOf(other)})*${unit}`;
    return {
      ...reference,
      offset: text,
      target: reference.target.kind === 'words' ? scalar(reference.target.size) : reference.target,
    };
  }

  #textOf(node: Ast): string {
    return this.#text.slice(node.start, node.end);
  }
}

/** ctx itself, not a part of it. */
export function isWhole(reference: Reference): boolean {
  return reference.path.length === 0 && reference.offset === undefined;
}

function structName(base: BaseType): StructName | undefined {
  return base.kind === 'struct' ? { name: base.name, span: base.span, tag: base.tag } : undefined;
}

/** After a cast, or an assignment to a pointer of another type. */
function retype(reference: Reference, base: BaseType): Reference | undefined {
  if (base.kind === 'other') return undefined;
  if (reference.path.length > 0) {
    // What a pointer into the middle of ctx is turned into is only followed as bytes.
    return base.kind === 'struct' ? undefined : { ...reference, target: base };
  }
  if (base.kind === 'struct' && reference.offset !== undefined) return undefined;
  const target: Target =
    reference.target.kind === 'words' && base.kind === 'scalar' && base.size === reference.target.size
      ? reference.target
      : base;
  return { ...reference, target, root: structName(base) };
}

function unitOf(target: Target): number | undefined {
  if (target.kind === 'void') return 1;
  return target.kind === 'scalar' || target.kind === 'words' ? target.size : undefined;
}

function scalar(size: 4 | 8): Target {
  return { kind: 'scalar', size };
}

function withoutOffset(reference: Reference): Reference {
  const { kind, path, root, target, via } = reference;
  return { kind, path, root, target, via };
}

function unwrapType(node: Ast | undefined): string | undefined {
  return node && unwrap(node).type;
}
