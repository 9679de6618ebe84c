/**
 * Expressions that reach members, as plain data: what the type engine of `members/` works on. Spans are offsets in the
 * text of the function's declaration; `start` of what holds them is where that begins in the file.
 */
import type { Span } from '../model';
import type { WrittenType } from '../types';

export type Expression =
  | { readonly kind: 'variable'; readonly span: Span; readonly name: string; readonly local?: Local }
  | { readonly kind: 'cast'; readonly span: Span; readonly type: WrittenType; readonly of: Expression }
  | MemberExpression
  /** `x[i]`, `*x` */
  | { readonly kind: 'element'; readonly span: Span; readonly of: Expression }
  | { readonly kind: 'address'; readonly span: Span; readonly of: Expression }
  | {
      readonly kind: 'call';
      readonly span: Span;
      readonly callee: string;
      readonly arguments: readonly Expression[];
      /** `struct T` of `bpf_core_cast(x, struct T)`. */
      readonly type?: WrittenType;
    }
  | { readonly kind: 'other'; readonly span: Span };

export interface MemberExpression {
  readonly kind: 'member';
  /** The expression up to the member; in a field argument of a macro only the part that stands there. */
  readonly span: Span;
  readonly of: Expression;
  /** `->`; the first name of a field argument follows a pointer too. */
  readonly arrow: boolean;
  readonly name: string;
  readonly nameSpan: Span;
  /** `BPF_CORE_READ`, where a macro copies it. */
  readonly macro?: string;
}

/** A parameter or a local variable. */
export interface Local {
  readonly name: string;
  /** Which one, where it is a parameter; -1 for the `ctx` that a macro declares. */
  readonly parameter?: number;
  readonly type: WrittenType;
  readonly isArray: boolean;
  /** Every value that it is given, in the order of the text; undefined for what is no plain assignment of a value. */
  readonly values: readonly (Expression | undefined)[];
  /** Something else may write it. */
  readonly shared: boolean;
}

/** A member that a function mentions, with everything before it: `task->real_parent->tgid` is one. */
export interface Access {
  readonly expression: MemberExpression;
  /** `unevaluated`: in sizeof, in an existence check of CO-RE. */
  readonly use: 'value' | 'address' | 'store' | 'unevaluated';
  /** Control is certain to reach it, whatever constants and settings are. */
  readonly certain: boolean;
  /** Understood by the parser, under no `#if`. */
  readonly plain: boolean;
  /** The compiler cannot drop it for want of a use. */
  readonly used: boolean;
  /** Names that are called around it: one that is a macro may turn it into anything. */
  readonly inside: readonly string[];
}

export interface FunctionAccesses {
  /** Where the offsets count from. */
  readonly start: number;
  /** Of the function's name, in the file. */
  readonly nameSpan: Span;
  readonly accesses: readonly Access[];
}

/** The member that the word at a cursor is, or would be. */
export interface CursorMember {
  readonly start: number;
  readonly member: MemberExpression;
}

/** Made when it is first asked for, function by function, and kept between edits. */
export interface Expressions {
  readonly functions: readonly FunctionAccesses[];
  /** The member that the word at the offset is, also in a function that is still being written. */
  memberAt(offset: number): CursorMember | undefined;
  /** The file defines it as a macro. */
  isMacro(name: string): boolean;
  /** The tag of a type as it is written, through typedefs of the file; undefined where another file may know. */
  tagOf(type: WrittenType): string | undefined;
}
