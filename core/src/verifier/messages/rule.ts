/**
 * How the table of the verifier's messages is written: data only, one file per topic, `index.ts` lists them.
 *
 * A text is the kernel's, with its printf conversions replaced:
 *
 *     {name}      any text             {#name}      a number
 *     {reg}       R1, *(R11-8)         {nullable}   a type that may be NULL: map_value_or_null
 *     {arg}       R1, arg#0, arg0      {*}          any text, of no interest
 *
 * A sentence may use those names, and what the explanation finds out by itself: {value}, the expression that the refused
 * register stands for; {origin}, where that comes from; {call}, the function that the instruction calls; {argument}, the
 * one that is wrong; {function}, where it happens. A part in brackets is left out where it uses a name that is not known:
 * `{value} may be NULL[: it comes from {origin}]`.
 */
import type { RuleId } from '../model';

/** What the refusal is about, so that it can be followed back. */
export type Blame =
  /** The register that the text names; without one, the one through which the instruction reads or writes. */
  | 'register'
  /** The register that the instruction takes as an address. */
  | 'address'
  /** The number that was added to the register of the text. */
  | 'index'
  /** The argument of the call that holds a size: the register that the text names. */
  | 'size'
  /** What the program or function returns. */
  | 'result'
  /** Nothing but the place. */
  | 'none';

/** Where the verifier stopped. */
export type Place =
  /** At the last instruction of the log. */
  | 'instruction'
  /** At the instruction whose number the text gives as {#insn}. */
  | 'index'
  /** Anywhere: it is about the whole program. */
  | 'program';

export interface MessageRule {
  readonly rule: RuleId;
  /** Empty where only the circumstances of another rule lead to it (`refine.ts`). */
  readonly texts: readonly string[];
  readonly says: string;
  readonly help: string;
  /** What stands at the place where the bad value came from; where not given, a phrase for what happened there. */
  readonly origin?: string;
  /** What stands at the squiggle, in few words. */
  readonly mark?: string;
  /** `register` where not given. */
  readonly about?: Blame;
  /** `instruction` where not given. */
  readonly at?: Place;
  /** It only goes with another message, which says more. */
  readonly minor?: true;
}
