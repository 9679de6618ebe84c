/**
 * What one function body says about one of its pointers, before anything outside of the function is known. Spans are those
 * of the chunk; constants are still text.
 */
import type { CtxUse, Span } from '../model';

/** A struct as it is written: a tag, or with `tag` false a word that may be a typedef. */
export interface StructName {
  readonly name: string;
  readonly span: Span;
  readonly tag: boolean;
}

export type RawStep =
  | { readonly kind: 'member'; readonly name: string; readonly span: Span }
  | { readonly kind: 'index'; readonly text: string; readonly span: Span }
  | { readonly kind: 'offset'; readonly text: string; readonly size: string; readonly span: Span };

export interface RawUse {
  readonly span: Span;
  readonly path: readonly [RawStep, ...RawStep[]];
  readonly root: StructName | undefined;
  readonly access: CtxUse['access'];
  readonly via: CtxUse['via'];
  readonly receiver: string;
  readonly valueSize: number | undefined;
  readonly consumer?: CtxUse['consumer'];
  readonly castTo?: string;
  readonly dereferenced: boolean;
  /** Before what the rest of the file has to say: is the value used? */
  readonly certain: boolean;
  readonly usage: Usage;
  /** Names that are called around it: one that is a macro may turn its argument into anything. */
  readonly inside: readonly string[];
}

/** Where a value goes. It counts as used when one of these is so. */
export interface Usage {
  readonly live: boolean;
  readonly returned: boolean;
  /** Arguments of functions that nobody here knows. */
  readonly calls: readonly CallArgument[];
}

export interface CallArgument {
  readonly callee: string;
  readonly argument: number;
}

/** The pointer itself is passed on: `helper(ctx, 1)`. */
export interface RawPass extends CallArgument {
  readonly certain: boolean;
  /** Something uses what the call returns. */
  readonly used: boolean;
}

export interface RawName {
  readonly name: string;
  readonly scope: Span;
  readonly root: StructName | undefined;
  readonly path: readonly RawStep[];
  readonly via: 'ctx' | 'alias' | 'helper' | 'copy';
}

export interface CtxFacts {
  readonly uses: readonly RawUse[];
  readonly passes: readonly RawPass[];
  readonly names: readonly RawName[];
  /** What was taken for granted: whether these names are mutable variables of the file. */
  readonly assumed: ReadonlyMap<string, boolean>;
}

export const noFacts: CtxFacts = { uses: [], passes: [], names: [], assumed: new Map() };
