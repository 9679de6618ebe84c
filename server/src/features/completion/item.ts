/** What a completion says, in offsets and plain words; server/src/lsp turns it into the protocol's items. */
import type { Span } from '../../analysis/model';

export interface CompletionList {
  /** Best first: the order is the ranking. */
  readonly items: readonly CompletionItem[];
  /** More would match: the client asks again with every letter. */
  readonly incomplete: boolean;
}

export interface CompletionItem {
  readonly label: string;
  /** Right behind the label: a parameter list, the name of an argument. */
  readonly labelDetail?: string;
  /** At the end of the line: a type, a program type. */
  readonly labelDescription?: string;
  readonly kind: 'section' | 'category' | 'event' | 'type' | 'field' | 'snippet' | 'function' | 'constant';
  readonly detail?: string;
  /** Replaced by `newText`; on the cursor's line, with the cursor inside. */
  readonly replace: Span;
  readonly newText: string;
  /** `newText` is a snippet with `$0` and `${1:…}`. */
  readonly snippet?: boolean;
  /** What the client matches the typed text with; absent: the label. */
  readonly filterText?: string;
  /** More text to change elsewhere, when the item is accepted. */
  readonly additionalEdits?: readonly { readonly span: Span; readonly newText: string }[];
  /** The item is a step on the way: completion should open again behind it. */
  readonly reopen?: boolean;
  /** What its documentation is about, read when the item is looked at. */
  readonly subject?: Subject;
}

/** What documentation can be asked about, as data that travels to the client and back. */
export type Subject =
  | { readonly kind: 'event'; readonly category: string; readonly name: string }
  | { readonly kind: 'field'; readonly category: string; readonly name: string; readonly field: string }
  | { readonly kind: 'section' | 'helper' | 'map'; readonly name: string };
