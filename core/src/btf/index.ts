/**
 * The types of a kernel and its modules as a `TypeIndex`. Startup costs one walk over the records; name
 * tables are made on the first question of their kind.
 */
import type { Parsed } from '../result';
import { VOID } from './btf';
import type { Btf, Enumerator } from './btf';
import { joinModules, readBtf } from './reader';
import { renderDeclaration, renderDefinition } from './render';
import { prototypeOf, resolve, sizeOf, typeTags } from './resolve';
import { renderVmlinuxHeader } from './vmlinux-header';
import type { FunctionPrototype, StructLayout, StructMember, TypeIndex, TypeKind, TypeRef } from './types';

export interface TypeSources {
  /** Raw BTF. Kept, not copied: must not change afterwards. */
  readonly vmlinux?: Uint8Array | undefined;
  /** Split BTF over vmlinux, by the module's name. */
  readonly modules?: ReadonlyMap<string, Uint8Array> | undefined;
}

export function createTypeIndex({ vmlinux, modules = new Map() }: TypeSources): Parsed<TypeIndex> {
  if (!vmlinux) {
    const names = [...modules.keys()];
    const problems = names.map((name) => ({
      message: 'the BTF of a module is of no use without that of vmlinux',
      where: `module ${name}`,
    }));
    return { value: emptyTypeIndex, problems };
  }
  const kernel = readBtf(vmlinux);
  const joined = joinModules(kernel.value, modules);
  return { value: new BtfTypeIndex(joined.value), problems: [...kernel.problems, ...joined.problems] };
}

/** Who asks for all structs of a kernel is to leave no more than these in memory. */
const keptLayouts = 100;

class BtfTypeIndex implements TypeIndex {
  readonly btf: Btf;
  readonly #layouts = new Map<string, StructLayout>();

  constructor(btf: Btf) {
    this.btf = btf;
  }

  get empty(): boolean {
    return this.btf.endId === 1;
  }

  get pointerSize(): 4 | 8 {
    return this.btf.pointerSize;
  }

  get littleEndian(): boolean {
    return this.btf.littleEndian;
  }

  struct(name: string): StructLayout | undefined {
    return this.#named('struct', name);
  }

  union(name: string): StructLayout | undefined {
    return this.#named('union', name);
  }

  typedef(name: string): TypeRef | undefined {
    const id = this.btf.find('typedef', name);
    return id === VOID ? undefined : this.#ref(id);
  }

  enumeration(name: string): readonly Enumerator[] | undefined {
    const id = this.btf.find('enum', name) || this.btf.find('enum64', name);
    return id === VOID ? undefined : this.btf.enumerators(id);
  }

  func(name: string): FunctionPrototype | undefined {
    return this.#prototype(this.btf.find('func', name));
  }

  structNames(prefix = ''): readonly string[] {
    return this.btf.names('struct', prefix);
  }

  funcNames(): readonly string[] {
    return this.btf.names('func');
  }

  taggedFuncs(tag: string): readonly string[] {
    const btf = this.btf;
    return [...new Set(btf.findAll('decl_tag', tag).map((id) => btf.name(btf.type(id))))];
  }

  typedefNames(): readonly string[] {
    return this.btf.names('typedef');
  }

  kind(ref: TypeRef): TypeKind {
    return this.btf.kind(this.#id(ref));
  }

  name(ref: TypeRef): string {
    return this.btf.name(this.#id(ref));
  }

  target(ref: TypeRef): TypeRef | undefined {
    const id = this.#id(ref);
    switch (this.btf.kind(id)) {
      case 'ptr':
      case 'array':
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
      case 'func':
      case 'var':
        return this.#ref(this.btf.type(id));
      default:
        return undefined;
    }
  }

  resolve(ref: TypeRef): TypeRef {
    return this.#ref(resolve(this.btf, this.#id(ref)));
  }

  layout(ref: TypeRef): StructLayout | undefined {
    return this.#layout(resolve(this.btf, this.#id(ref)));
  }

  /** Also of a pointer to a function, which is what a `btf_trace_<event>` is. */
  prototype(ref: TypeRef): FunctionPrototype | undefined {
    return this.#prototype(this.#id(ref));
  }

  arrayLength(ref: TypeRef): number | undefined {
    return this.btf.array(resolve(this.btf, this.#id(ref)))?.length;
  }

  integer(ref: TypeRef): { readonly size: number; readonly signed: boolean } | undefined {
    const id = resolve(this.btf, this.#id(ref));
    switch (this.btf.kind(id)) {
      case 'int':
        return { size: this.btf.ownSize(id), signed: this.btf.int(id)?.signed ?? false };
      case 'enum':
      case 'enum64':
        return { size: this.btf.ownSize(id), signed: this.btf.flag(id) };
      default:
        return undefined;
    }
  }

  size(ref: TypeRef): number {
    return sizeOf(this.btf, this.#id(ref));
  }

  tags(ref: TypeRef): readonly string[] {
    return typeTags(this.btf, this.#id(ref));
  }

  declaration(ref: TypeRef, name: string): string {
    return renderDeclaration(this.btf, this.#id(ref), name);
  }

  definition(layout: StructLayout, options: { readonly offsets?: boolean } = {}): string {
    const members = layout.members.map((member) => ({ ...member, type: this.#id(member.type) }));
    return renderDefinition(this.btf, { ...layout, members }, options);
  }

  header(title: string): string {
    return renderVmlinuxHeader(this.btf, title);
  }

  #ref(id: number): TypeRef {
    return { types: this, id };
  }

  /** A reference into another index means nothing here. */
  #id(ref: TypeRef): number {
    return ref.types === this ? ref.id : VOID;
  }

  /** Checks ask for the same few again and again. */
  #named(kind: 'struct' | 'union', name: string): StructLayout | undefined {
    const key = `${kind} ${name}`;
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const layout = this.#layout(this.btf.find(kind, name));
    if (this.#layouts.size >= keptLayouts) this.#layouts.clear();
    if (layout !== undefined) this.#layouts.set(key, layout);
    return layout;
  }

  #layout(id: number): StructLayout | undefined {
    const btf = this.btf;
    const kind = btf.kind(id);
    if (kind !== 'struct' && kind !== 'union') return undefined;
    const members = btf.members(id).map(({ name, type, bitOffset, bitSize }): StructMember => {
      const member = { name, bitOffset, size: sizeOf(btf, type), type: this.#ref(type) };
      return bitSize === undefined ? member : { ...member, bitSize };
    });
    return { kind, name: btf.name(id), size: btf.ownSize(id), members };
  }

  #prototype(id: number): FunctionPrototype | undefined {
    const btf = this.btf;
    const prototype = prototypeOf(btf, id);
    if (prototype === VOID) return undefined;
    const all = btf.parameters(prototype);
    const last = all[all.length - 1];
    const variadic = all.length > 1 && last?.name === '' && last.type === VOID;
    return {
      returns: this.#ref(btf.type(prototype)),
      parameters: (variadic ? all.slice(0, -1) : all).map(({ name, type }) => ({
        name,
        type: this.#ref(type),
      })),
      variadic,
    };
  }
}

/** The index of a source that has no BTF. */
export const emptyTypeIndex: TypeIndex = new BtfTypeIndex(readBtf(new Uint8Array(0)).value);
