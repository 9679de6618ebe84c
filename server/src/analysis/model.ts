/**
 * What the analysis of one C file says, as plain data. Features and checks see this and never a syntax tree.
 *
 * All offsets are UTF-16 code units from the start of the text, as in the text itself: `text.slice(span.start, span.end)`.
 */

import type { Expressions } from './expressions/model';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface SourceAnalysis {
  readonly text: string;
  /** Every `SEC(…)`, section attribute or expanded section macro, in order. */
  readonly sections: readonly SectionSite[];
  /** Sections that stand on a function: the BPF programs. */
  readonly programs: readonly Program[];
  readonly functions: readonly FunctionDef[];
  readonly maps: readonly MapDef[];
  /** Struct and union definitions with a tag (or a typedef name), at any depth of the file's top level. */
  readonly structs: readonly StructDef[];
  /** Those that are declared whatever the preprocessor decides. */
  readonly kernelFunctions: readonly KernelFunctionDef[];
  /** Those that are declared whatever the preprocessor decides. */
  readonly externs: readonly ExternDef[];
  readonly includes: readonly Include[];
  /** Every use of a program's ctx whose path could be followed with certainty. */
  readonly ctxUses: readonly CtxUse[];
  /** Every name through which a program's ctx can be reached, with where it is in scope: what completion offers members for. */
  readonly ctxNames: readonly CtxName[];
  /** Object-like macros with a replacement that is one integer or one string: `#define MAX 16`. */
  readonly constants: ReadonlyMap<string, bigint | string>;
  /** Which members the functions mention, and what stands at a cursor: read from the bodies when it is asked for. */
  readonly expressions: Expressions;
  readonly memory: FunctionMemory;
  /** What the lists hold, where not all of it is needed: of a long file they are put together in milliseconds. */
  readonly lookup: Lookup;
}

/** Its answers are what a search through the lists gives, the same objects. */
export interface Lookup {
  /** All that the offset is in or at an end of; with it, other things that stand near. */
  at(offset: number): PlaceLists;
  /** All that the span touches; with it, other things that stand near. */
  within(span: Span): PlaceLists;
  /** The last section that ends before the offset or at it. */
  lastSection(offset: number): SectionSite | undefined;
  definesFunction(name: string): boolean;
}

/** Parts of the lists, in their order. */
export type PlaceLists = Pick<
  SourceAnalysis,
  'sections' | 'programs' | 'functions' | 'maps' | 'ctxUses' | 'ctxNames'
>;

/** Kept between edits, for as long as what it says of a function must stay true. */
export interface FunctionMemory {
  /**
   * The same one until the function's text changes or anything outside of the bodies of functions; undefined for a function of
   * another analysis.
   */
  notesOf(fn: FunctionDef): FunctionNotes | undefined;
}

/** Answers by what else they rest on. */
export type FunctionNotes = Map<object, Set<string>>;

export interface Include {
  readonly path: string;
  readonly system: boolean;
  readonly span: Span;
}

export interface SectionSite {
  /** The whole `SEC("…")`, attribute or macro call. */
  readonly span: Span;
  /** The decoded string, literals concatenated and macros expanded: `tp/syscalls/sys_enter_openat`. */
  readonly value: string;
  /** Inside the quotes, where the string is one plain literal in this file; only then can an edit replace it. */
  readonly literal?: Span;
  readonly form: 'SEC' | 'attribute' | 'macro';
  /** For `tp/` and `tracepoint/` with a category and a name. */
  readonly tracepoint?: TracepointTarget;
  /** Under a `#if` that is not an include guard: the site may not be compiled at all. */
  readonly conditional: boolean;
  /** `function`, `variable` (license, map, …), or `none` where nothing follows yet. */
  readonly on: 'function' | 'variable' | 'none';
}

export interface TracepointTarget {
  readonly category: string;
  readonly name: string;
  /** Where they stand, if the section is one plain literal. */
  readonly categorySpan?: Span;
  readonly nameSpan?: Span;
}

export interface FunctionDef {
  readonly name: string;
  readonly nameSpan: Span;
  /** From the first token of the declaration (not the SEC) to the closing brace. */
  readonly span: Span;
  /** Between the parentheses of the parameter list, without them. */
  readonly parameterSpan: Span;
  /** Including the braces. */
  readonly bodySpan: Span;
  readonly parameters: readonly Parameter[];
  /** `BPF_PROG`, `BPF_KPROBE`, … where the function is declared by one of libbpf's macros. */
  readonly macro?: string;
  readonly isStatic: boolean;
  readonly conditional: boolean;
}

export interface Parameter {
  /** Empty for an unnamed one. */
  readonly name: string;
  readonly span: Span;
  readonly nameSpan?: Span;
  /** The type without the name, blanks normalised: `struct trace_event_raw_sys_enter *`. */
  readonly type: string;
  /** From the first token of the type to before the name, `*` included. */
  readonly typeSpan: Span;
}

export interface Program {
  readonly section: SectionSite;
  readonly function: FunctionDef;
  readonly ctx: CtxParameter;
}

/** How a program declares the context it gets. */
export type CtxParameter =
  /** `struct T *ctx`, also through a typedef of this file; `struct pt_regs *` too. */
  | {
      readonly kind: 'struct';
      readonly name: string;
      readonly structName: string;
      readonly structSpan: Span;
      readonly parameter: Parameter;
    }
  /** `void *ctx` */
  | { readonly kind: 'void'; readonly name: string; readonly parameter: Parameter }
  /** `__u64 *ctx`, `unsigned long *ctx`: an array of words. */
  | { readonly kind: 'words'; readonly name: string; readonly wordSize: 4 | 8; readonly parameter: Parameter }
  /** `BPF_PROG(name, …)` and friends. */
  | { readonly kind: 'macro'; readonly name: 'ctx' }
  /** No parameter at all, or `void`. */
  | { readonly kind: 'none' }
  /** Anything the analysis does not understand: silence. */
  | { readonly kind: 'other'; readonly name: string; readonly parameter: Parameter };

export type PathStep =
  | { readonly kind: 'member'; readonly name: string; readonly span: Span }
  /** `value` is undefined where the index is not a constant. */
  | { readonly kind: 'index'; readonly value?: number; readonly span: Span }
  /** Pointer arithmetic in bytes: `*(u64 *)((void *)ctx + 24)`; `size` of what is read. */
  | { readonly kind: 'offset'; readonly value: number; readonly size: number; readonly span: Span };

/**
 * One use of ctx. Only uses that belong to programs of exactly one tracepoint (or one section) are listed: a static
 * helper that handlers of two events call has none.
 */
export interface CtxUse {
  /** The programs that reach this use; all have the same section value. */
  readonly programs: readonly [Program, ...Program[]];
  /** The expression: `ctx->args[1]`; for BPF_CORE_READ(ctx, args[1]) it is `args[1]`. */
  readonly span: Span;
  /** From the struct that ctx points to; never empty. */
  readonly path: readonly [PathStep, ...PathStep[]];
  /** The tag through which it is read, after casts and aliases, flavour suffix `___x` kept; undefined for void/words. */
  readonly structName?: string;
  /** Where that tag is written, so that a fix can replace it: the parameter's type, the cast, the local's declaration. */
  readonly structSpan?: Span;
  readonly access:
    /** A load instruction on ctx. Where the member is an array and no index follows, it is only its address. */
    | 'read'
    /** A store instruction on ctx. */
    | 'write'
    /** BPF_CORE_READ, BPF_CORE_READ_INTO, bpf_core_read…: copied by a helper, relocated by libbpf. */
    | 'core-read'
    /** bpf_probe_read*(dst, n, &ctx->x), BPF_PROBE_READ: copied by a helper, offset fixed at compile time (unless the struct has preserve_access_index). */
    | 'probe-read'
    /** Address taken for something else. */
    | 'address';
  /** `ctx->x`; a cast `((struct T *)ctx)->x`; a local pointer set once; a static helper's parameter; a struct copied from ctx. */
  readonly via: 'ctx' | 'cast' | 'alias' | 'helper' | 'copy';
  /** The expression that the path starts from, as written: `ctx`, `((struct T *)ctx)`, `args`. */
  readonly receiver: string;
  /**
   * Where the value goes, if it is an argument of a call, possibly behind casts or `&`:
   * `bpf_probe_read_user_str(dst, n, (void *)ctx->args[1])`; `argumentSpan` is that whole argument. For BPF_CORE_READ it
   * is the call around it; for `probe-read` and bpf_core_read the reading call itself.
   */
  readonly consumer?: {
    readonly callee: string;
    readonly calleeSpan: Span;
    readonly argument: number;
    readonly argumentSpan: Span;
    readonly callSpan: Span;
  };
  /**
   * Bytes of the scalar or pointer variable that this value initialises or is assigned to, without a cast or an
   * operator between: 8 for `long nr = ctx->id;`. Undefined for anything else.
   */
  readonly valueSize: number | undefined;
  /** The C cast right around the value, if any: `(const char *)`. */
  readonly castTo?: string;
  /** The value is used as an address: dereferenced, indexed, or `->` applied, possibly after a cast. */
  readonly dereferenced: boolean;
  /**
   * False where the compiler may drop the read or not see it at all: under `#if`, under a CO-RE existence guard, in
   * sizeof/typeof, behind a constant condition, or with a value that nothing uses. Diagnostics stay silent then;
   * hover and hints do not care.
   */
  readonly certain: boolean;
}

/** A parameter or local that is, or points into, the ctx of programs of one section. */
export interface CtxName {
  readonly name: string;
  /** Where the name means this: from its declaration to the end of the block. */
  readonly scope: Span;
  readonly programs: readonly [Program, ...Program[]];
  readonly structName?: string;
  readonly structSpan?: Span;
  /** Steps from ctx: empty for ctx itself, [`args`] for `const unsigned long *args = ctx->args`. */
  readonly path: readonly PathStep[];
  readonly via: 'ctx' | 'alias' | 'helper' | 'copy';
}

export interface StructDef {
  /** The tag, or the typedef's name where there is no tag. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly kind: 'struct' | 'union';
  readonly span: Span;
  readonly fields: readonly FieldDef[];
  readonly packed: boolean;
  /** Any `aligned(n)` or other layout attribute the analysis does not model: the layout is unknown. */
  readonly otherLayoutAttribute: boolean;
  /** By attribute or by `#pragma clang attribute push(… preserve_access_index …)`. */
  readonly preserveAccessIndex: boolean;
  readonly conditional: boolean;
}

export interface FieldDef {
  /** Empty for an anonymous struct or union, or an unnamed bitfield. */
  readonly name: string;
  readonly span: Span;
  /** The type without the name, array and bitfield parts, blanks normalised: `unsigned long`, `const char *`, `struct trace_entry`. */
  readonly type: string;
  /** `[6]` is [6]; `[]` and `[0]` are [0]; undefined entries are not constant. */
  readonly dimensions: readonly (number | undefined)[];
  readonly bitSize?: number;
  /** For an anonymous or inline struct/union: its fields. */
  readonly inline?: StructDef;
  /** A pointer of any kind, function pointers included. */
  readonly isPointer: boolean;
}

/** A function of the kernel that the file declares with `__ksym`. */
export interface KernelFunctionDef {
  readonly name: string;
  readonly nameSpan: Span;
  /** From `extern` to the semicolon. */
  readonly span: Span;
  /** libbpf loads the object without it. */
  readonly weak: boolean;
}

/** A variable that libbpf fills in: `extern const int bpf_prog_active __ksym;`, `extern int CONFIG_HZ __kconfig;`. */
export interface ExternDef {
  readonly name: string;
  readonly nameSpan: Span;
  /** From `extern` to the semicolon. */
  readonly span: Span;
  /** `variable`: of the kernel, by `__ksym`. `setting`: of its configuration, by `__kconfig`. */
  readonly kind: 'variable' | 'setting';
  /** Words and stars without qualifiers, one blank between: `struct rq`, `unsigned long`, `void`. */
  readonly type: string;
  readonly isArray: boolean;
  /** libbpf loads the object without it. */
  readonly weak: boolean;
}

export interface MapDef {
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
  /** `BPF_MAP_TYPE_RINGBUF`, where `__uint(type, …)` says it. */
  readonly type?: string;
  /** All `__uint`, `__type`, `__array`, `__ulong` entries by attribute: `max_entries` → `256 * 1024`. */
  readonly attributes: ReadonlyMap<string, { readonly text: string; readonly span: Span }>;
}
