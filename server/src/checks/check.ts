/** The contract of a check: one file per diagnostic code, a pure function from a view to findings. */
import type { Span } from '../analysis/model';
import type { DocumentView } from '../view';

export type DiagnosticCode =
  | 'unknown-section'
  | 'unknown-tracepoint'
  | 'ctx-type'
  | 'ctx-layout'
  | 'ctx-args-range'
  | 'ctx-record-range'
  | 'ctx-common-field'
  | 'ctx-data-loc'
  | 'ctx-unknown-field'
  | 'prog-args'
  | 'helper-license'
  | 'license-missing';

export interface Check {
  readonly code: DiagnosticCode;
  run(view: DocumentView): readonly Finding[];
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Finding {
  readonly code: DiagnosticCode;
  readonly span: Span;
  /** One sentence about what the kernel will do, then one about what to write. No trailing period juggling: full sentences. */
  readonly message: string;
  readonly severity: Severity;
  /** True where another kernel could judge differently; such findings are softened when nobody chose the kernel. */
  readonly dependsOnKernel: boolean;
  readonly fixes: readonly Fix[];
  /** Other places that explain it, in the same document. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly newText: string }[];
  /** The one that VS Code applies on "Fix all"/auto fix: exactly one sensible answer. */
  readonly preferred: boolean;
}
