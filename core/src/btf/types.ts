/**
 * What the rest of the program sees of a kernel's types. The BTF reader implements it lazily over the raw
 * bytes; nothing of it is copied until it is asked for.
 */

import type { Btf } from './btf';

/** A struct or union with the layout that the target kernel gives it. */
export interface StructLayout {
  readonly kind: 'struct' | 'union';
  /** Empty for an anonymous one. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly StructMember[];
}

export interface StructMember {
  /** Empty for an anonymous struct or union. */
  readonly name: string;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Bits, for a bitfield. */
  readonly bitSize?: number;
  /** Bytes of the member's type (0 for a flexible array or an unknown type). */
  readonly size: number;
  readonly type: TypeRef;
}

/** A type of the index: opaque, compare by `id` within one `types`. */
export interface TypeRef {
  readonly types: TypeIndex;
  readonly id: number;
}

export type TypeKind =
  | 'void'
  | 'int'
  | 'ptr'
  | 'array'
  | 'struct'
  | 'union'
  | 'enum'
  | 'fwd'
  | 'typedef'
  | 'volatile'
  | 'const'
  | 'restrict'
  | 'func'
  | 'func_proto'
  | 'var'
  | 'datasec'
  | 'float'
  | 'decl_tag'
  | 'type_tag'
  | 'enum64';

export interface FunctionPrototype {
  readonly returns: TypeRef;
  readonly parameters: readonly { readonly name: string; readonly type: TypeRef }[];
  readonly variadic: boolean;
}

/** Types of vmlinux plus those of its modules. Every lookup is by name or by reference; none throws. */
export interface TypeIndex {
  /** The same types by their ids: the modules' behind those of vmlinux. */
  readonly btf: Btf;
  /** True where the source has no BTF at all. */
  readonly empty: boolean;
  /** Bytes of a pointer on the target. */
  readonly pointerSize: 4 | 8;
  readonly littleEndian: boolean;
  /** The definition with this tag (not a forward declaration); vmlinux first, then modules. */
  struct(name: string): StructLayout | undefined;
  union(name: string): StructLayout | undefined;
  typedef(name: string): TypeRef | undefined;
  enumeration(name: string): readonly { readonly name: string; readonly value: bigint }[] | undefined;
  /** The prototype of a kernel function that BTF names. */
  func(name: string): FunctionPrototype | undefined;
  /**
   * Tags of all struct definitions, each once; made on first use, then kept. With a prefix, those that begin with it:
   * only they are decoded, and nothing is kept.
   */
  structNames(prefix?: string): readonly string[];
  /** Names of all functions, each once. */
  funcNames(): readonly string[];
  /** Names of the functions with this declaration tag, each once: `bpf_kfunc`, in the BTF of kernels since 6.10. */
  taggedFuncs(tag: string): readonly string[];
  /** Names of all typedefs, each once; `btf_trace_<event>` are among them. */
  typedefNames(): readonly string[];
  kind(ref: TypeRef): TypeKind;
  /** The type's own name, empty if it has none. */
  name(ref: TypeRef): string;
  /** What a pointer, typedef, qualifier, array (element), func or var refers to. */
  target(ref: TypeRef): TypeRef | undefined;
  /** Without typedefs, qualifiers and type tags. */
  resolve(ref: TypeRef): TypeRef;
  /** The layout, where the resolved type is a struct or union. */
  layout(ref: TypeRef): StructLayout | undefined;
  prototype(ref: TypeRef): FunctionPrototype | undefined;
  /** Elements, where the type is an array. */
  arrayLength(ref: TypeRef): number | undefined;
  /** Integer facts, where the resolved type is an int or enum. */
  integer(ref: TypeRef): { readonly size: number; readonly signed: boolean } | undefined;
  /** Bytes; 0 where unknown. */
  size(ref: TypeRef): number;
  /** The values of `btf_type_tag` on the way from this reference to the type it resolves to: `user`, `rcu`, `percpu`. */
  tags(ref: TypeRef): readonly string[];
  /** C text that declares `name` with this type: `const char *name`, `char comm[16]`, `int (*fn)(void)`. */
  declaration(ref: TypeRef, name: string): string;
  /** The C definition of a struct or union as vmlinux.h would have it, offsets as comments on request. */
  definition(layout: StructLayout, options?: { readonly offsets?: boolean }): string;
  /** All types as one header: `vmlinux.h`. `title` is a comment that says whose they are. */
  header(title: string): string;
}
