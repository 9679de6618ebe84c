/**
 * The type engine: from expressions to the structs that they reach, through the program's declarations and the types of the
 * target kernel. Undefined wherever a declaration may be out of sight.
 */
import type { TypeRef } from '#core/btf/types';
import type { Expression, MemberExpression } from '../analysis/expressions/model';
import { tokenize } from '../analysis/lexer';
import type { FieldDef } from '../analysis/model';
import { writtenType, type WrittenType } from '../analysis/types';
import { definitionOf, stripFlavour } from '../ctx/read';
import type { DocumentView } from '../view';
import { structOfTag, structOfType } from './members';
import type { CType, Struct } from './type';

/** Deeper than any program nests expressions: an end for what refers to itself. */
const maxDepth = 64;

export class Types {
  readonly #view: DocumentView;
  readonly #by: 'target' | 'header';
  readonly #structs = new Map<string, Struct | undefined>();
  readonly #known = new Map<Expression, CType | undefined>();
  /** The kernel's types are what an undefined tag means: they come from a vmlinux.h. */
  readonly #kernelTags: boolean;

  /**
   * @param by what a kernel struct's members are: those of the target kernel, or of the vmlinux.h that is compiled against
   * @param assume an undefined tag is the kernel's, wherever it is defined: for what is offered, not for what is reported
   */
  constructor(view: DocumentView, by: 'target' | 'header' = 'target', assume = false) {
    this.#view = view;
    this.#by = by;
    const { source, headers } = view;
    const vmlinux = source.includes.some(({ path }) => /(?:^|\/)vmlinux[\w.-]*\.h$/.test(path));
    this.#kernelTags = assume || (headers.complete && (vmlinux || headers.hasVmlinux));
  }

  of(expression: Expression, depth = 0): CType | undefined {
    if (depth > maxDepth) return undefined;
    if (this.#known.has(expression)) return this.#known.get(expression);
    const type = this.#typeOf(expression, depth + 1);
    this.#known.set(expression, type);
    return type;
  }

  /** The struct whose member it names. */
  receiver({ of, arrow }: MemberExpression, depth = 0): Struct | undefined {
    const type = this.of(of, depth);
    return this.structOf(arrow ? this.pointee(type, 'pointer') : type);
  }

  /** What a pointer points to, or an array consists of. */
  pointee(type: CType | undefined, only?: 'pointer'): CType | undefined {
    if (type === undefined || type.kind === 'struct') return undefined;
    if (type.kind !== 'kernel') return only === undefined || type.kind === only ? type.to : undefined;
    const { types } = this.#view.kernel.index;
    const resolved = types.resolve(type.ref);
    const kind = types.kind(resolved);
    // `->` on an array takes its first element.
    const target = kind === 'ptr' || kind === 'array' ? types.target(resolved) : undefined;
    return target && kernelType(target);
  }

  /** A number or a pointer: reading one is a load, where an array or a struct is but an address. */
  isValue(type: CType | undefined): boolean {
    if (type?.kind !== 'kernel') return type?.kind === 'pointer';
    const { types } = this.#view.kernel.index;
    return /^(?:int|ptr|enum|enum64)$/.test(types.kind(types.resolve(type.ref)));
  }

  structOf(type: CType | undefined): Struct | undefined {
    if (type?.kind === 'struct') return type.struct;
    if (type?.kind !== 'kernel') return undefined;
    const found = structOfType(this.#view.kernel.index.types, type.ref);
    return found && { kind: 'kernel', tag: found.layout.name, ...found, flavour: false };
  }

  /** The type of a member, inside anonymous structs too. */
  member(struct: Struct, name: string): CType | undefined {
    if (struct.kind === 'source') return this.#field(struct.def.fields, name);
    if (struct.def) return this.#field(struct.def.fields, name);
    const found = struct.members.get(name);
    return found && kernelType(found.member.type);
  }

  structNamed(tag: string): Struct | undefined {
    if (this.#structs.has(tag)) return this.#structs.get(tag);
    const struct = this.#findStruct(tag);
    this.#structs.set(tag, struct);
    return struct;
  }

  #typeOf(expression: Expression, depth: number): CType | undefined {
    switch (expression.kind) {
      case 'variable': {
        const { local } = expression;
        if (!local || this.#view.source.expressions.isMacro(local.name)) return undefined;
        const type = this.#written(local.type);
        return local.isArray ? { kind: 'array', to: type } : type;
      }
      case 'cast':
        return this.#written(expression.type);
      case 'member': {
        if (this.#view.source.expressions.isMacro(expression.name)) return undefined;
        const struct = this.receiver(expression, depth);
        return struct && this.member(struct, expression.name);
      }
      case 'element':
        return this.pointee(this.of(expression.of, depth));
      case 'address': {
        const to = this.of(expression.of, depth);
        return to && { kind: 'pointer', to };
      }
      case 'call':
        return this.#call(expression, depth);
      case 'other':
        return undefined;
    }
  }

  #call(call: Expression & { kind: 'call' }, depth: number): CType | undefined {
    const [first] = call.arguments;
    switch (call.callee) {
      case 'bpf_get_current_task_btf':
        return this.#pointerTo('task_struct');
      case '__builtin_preserve_access_index':
        return first && this.of(first, depth);
      case 'bpf_core_cast': {
        const to = call.type && this.#written(call.type);
        return to && { kind: 'pointer', to };
      }
      default:
        return undefined;
    }
  }

  #pointerTo(tag: string): CType | undefined {
    const struct = this.structNamed(tag);
    return struct && { kind: 'pointer', to: { kind: 'struct', struct } };
  }

  /** A declared type; a pointer to what is not known is a pointer still. */
  #written(written: WrittenType): CType | undefined {
    let type = this.#base(written);
    for (let n = 0; n < written.pointers; n++) type = { kind: 'pointer', to: type };
    return type;
  }

  #base(written: WrittenType): CType | undefined {
    const { base } = written;
    if (base.kind !== 'struct') return undefined;
    const tag = this.#view.source.expressions.tagOf(written);
    const struct = tag === undefined ? undefined : this.structNamed(tag);
    if (struct) return { kind: 'struct', struct };
    return tag === undefined && !base.tag ? this.#typedef(base.name) : undefined;
  }

  /** A typedef that is not the file's own: of a header, or of vmlinux.h. */
  #typedef(name: string): CType | undefined {
    const { source, headers, kernel } = this.#view;
    // `typedef struct { … } name;` of this file.
    if (source.structs.some((def) => def.name === name)) {
      const struct = this.structNamed(name);
      return struct && { kind: 'struct', struct };
    }
    if (source.expressions.isMacro(name) || !this.#kernelTags) return undefined;
    const alias = headers.typedef(name);
    if (alias !== undefined) return this.#written(writtenType(tokenize(alias)));
    const ref = headers.hasVmlinux ? undefined : kernel.index.types.typedef(name);
    return ref && kernelType(ref);
  }

  #field(fields: readonly FieldDef[], name: string): CType | undefined {
    for (const field of fields) {
      if (field.name === name) return this.#fieldType(field);
      const found = field.name === '' && field.inline ? this.#field(field.inline.fields, name) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  #fieldType(field: FieldDef): CType | undefined {
    const { type, isPointer, inline, dimensions } = field;
    const element: CType | undefined =
      inline && !isPointer
        ? { kind: 'struct', struct: { kind: 'source', def: inline } }
        : this.#written(writtenType(tokenize(type)));
    return dimensions.reduce<CType | undefined>((to) => ({ kind: 'array', to }), element);
  }

  #findStruct(tag: string): Struct | undefined {
    const { source, headers } = this.#view;
    if (source.expressions.isMacro(tag)) return undefined;
    const header = this.#by === 'header' ? headers.struct(tag)?.definition : undefined;
    if (header && !header.conditional) return { kind: 'source', def: header };
    const definition = definitionOf(this.#view, tag);
    if (definition.kind === 'source') return { kind: 'source', def: definition.def };
    if (definition.kind !== 'kernel') return undefined;
    const own = source.structs.find((def) => def.name === tag);
    if (!own && !this.#kernelTags && !headers.struct(tag)) return undefined;
    const name = stripFlavour(tag);
    const found = structOfTag(this.#view.kernel.index.types, name);
    return found && { kind: 'kernel', tag: name, ...found, flavour: name !== tag, ...(own && { def: own }) };
  }
}

/** Made once for a view: all that ask about it share what is known. */
const made = new WeakMap<DocumentView, Types>();

export function typesOf(view: DocumentView): Types {
  const types = made.get(view) ?? new Types(view);
  made.set(view, types);
  return types;
}

/**
 * The struct whose member is named, as far as a reader is helped by it. Types of `<linux/bpf.h>` are the kernel's in all
 * likelihood, and so is what a macro of CO-RE reads where a header was not found.
 */
export function likelyReceiver(view: DocumentView, member: MemberExpression): Struct | undefined {
  const known = typesOf(view).receiver(member);
  if (known || view.kernel.index.types.empty) return known;
  const isLikely = view.headers.complete ? view.source.includes.length > 0 : member.macro !== undefined;
  if (!isLikely) return undefined;
  const types = assumed.get(view) ?? new Types(view, 'target', true);
  assumed.set(view, types);
  return types.receiver(member);
}

const assumed = new WeakMap<DocumentView, Types>();

const kernelType = (ref: TypeRef): CType => ({ kind: 'kernel', ref });
