/**
 * The contract of a fix: one file per kind, a pure function from a verdict of the verifier and the program's text to
 * edits. It gives nothing where it is not sure that the verifier accepts what the edits make.
 */
import type { TypeIndex } from '#core/btf/types';
import type { Verdict } from '#core/messages/verdict-fixes';
import type { FunctionDef, Program, SourceAnalysis } from '../analysis/model';
import type { Fix } from '../checks/check';
import type { HeaderTypes } from '../view';
import type { Statement } from './statements';

export interface VerdictFix {
  /** Of core/src/verifier/messages. */
  readonly rules: readonly string[];
  fix(c: FixContext): Fix | undefined;
}

export interface FixContext {
  readonly text: string;
  readonly source: SourceAnalysis;
  readonly headers: HeaderTypes;
  /** Of the target kernel. */
  readonly types: TypeIndex;
  readonly verdict: Verdict;
  /** Where the verifier stopped. */
  readonly stop: Place;
  /** Where the bad value came from, if that is in this file. */
  readonly cause: Place | undefined;
}

export interface Place {
  readonly offset: number;
  readonly statement: Statement;
  readonly body: Statement;
  readonly function: FunctionDef;
  /** Where the function is one. */
  readonly program: Program | undefined;
}

export type Edit = Fix['edits'][number];
