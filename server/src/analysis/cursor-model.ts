/**
 * What stands at the cursor, for completion: the answer of `cursorContext(analysis, offset)` in cursor.ts. It works on
 * text that is being typed: unclosed strings, `ctx->` without a member, a parameter list without an end.
 */
import type { PathStep, Program, SectionSite, Span } from './model';

export type CursorContext =
  | SectionCursor
  | MemberCursor
  | CoreMemberCursor
  | IndexCursor
  | ParameterCursor
  | AfterSectionCursor
  | { readonly kind: 'none' };

/** Inside the string of `SEC("…")` or `section("…")`. */
export interface SectionCursor {
  readonly kind: 'section';
  /** From the opening quote to the cursor: `tp/sysc`. */
  readonly typed: string;
  /** Everything inside the quotes, what follows the cursor included: an accepted item replaces all of it. */
  readonly span: Span;
  /** False where the closing quote has not been typed yet. */
  readonly quoteClosed: boolean;
  /** False where the parenthesis after the string has not been typed yet. */
  readonly parenthesisClosed: boolean;
}

/** What is known about the thing before the cursor whose member, index or field is being typed. */
export interface CtxReceiver {
  /** The programs that reach this place; all have the same section value. */
  readonly programs: readonly [Program, ...Program[]];
  /** As in `CtxUse`; undefined for `void *` and words. */
  readonly structName?: string;
  readonly structSpan?: Span;
  /** Steps from ctx to the receiver: empty for `ctx->|`, [`ent`] for `ctx->ent.|`. */
  readonly path: readonly PathStep[];
}

/** After `->` or `.`: `ctx->`, `ctx->ar`, `((struct T *)ctx)->`. */
export interface MemberCursor extends CtxReceiver {
  readonly kind: 'member';
  /** The part of the member's name before the cursor. */
  readonly typed: string;
  /** The whole member name, what follows the cursor included. */
  readonly span: Span;
  readonly operator: '->' | '.';
  readonly operatorSpan: Span;
}

/** In a field argument of the BPF_CORE_READ family: `BPF_CORE_READ(ctx, `, `BPF_CORE_READ(ctx, ar`. */
export interface CoreMemberCursor extends CtxReceiver {
  readonly kind: 'core-member';
  readonly macro: string;
  readonly typed: string;
  readonly span: Span;
}

/** Inside the brackets of an index: `ctx->args[`, `BPF_CORE_READ(ctx, args[`, `ctx[` for words. */
export interface IndexCursor extends CtxReceiver {
  readonly kind: 'index';
  readonly typed: string;
  /** The number or name inside the brackets. */
  readonly span: Span;
  readonly bracketClosed: boolean;
}

/** In the parameter list of the function under a SEC. */
export interface ParameterCursor {
  readonly kind: 'parameter';
  readonly section: SectionSite;
  /** Which parameter, from 0. */
  readonly index: number;
  /** The text of this parameter before the cursor, from its first token: `struct trace_ev`. */
  readonly typed: string;
  /** The whole parameter, what follows the cursor included. */
  readonly span: Span;
  /** The function is being declared through this macro (`BPF_PROG`): the parameter list is the macro's. */
  readonly macro?: string;
}

/** After a SEC whose function has not been written yet. */
export interface AfterSectionCursor {
  readonly kind: 'after-section';
  readonly section: SectionSite;
  /** What has been typed of the declaration: empty, `in`, `static int`. */
  readonly typed: string;
  /** From the first token after the SEC (or the cursor) to the cursor. */
  readonly span: Span;
}
