/** The contract of a check: one file per diagnostic code, a pure function from a view to findings. */
import type { Span } from '../analysis/model';
import type { DocumentView } from '../view';

export type DiagnosticCode =
  | 'unknown-section'
  | 'unknown-tracepoint'
  | 'unknown-function'
  | 'ctx-type'
  | 'ctx-layout'
  | 'ctx-args-range'
  | 'ctx-record-range'
  | 'ctx-common-field'
  | 'ctx-data-loc'
  | 'ctx-unknown-field'
  | 'prog-args'
  | 'unknown-field'
  | 'untrusted-pointer'
  | 'user-pointer'
  | 'return-value'
  | 'kfunc-unknown'
  | 'kfunc-unavailable'
  | 'extern-unresolved'
  | 'helper-unknown'
  | 'helper-unavailable'
  | 'helper-license'
  | 'license-missing'
  | 'null-check'
  | 'ringbuf-leak'
  | 'map-definition'
  | 'map-value-size'
  | 'stack-limit'
  | 'core-relocation';

export interface Check {
  readonly code: DiagnosticCode;
  /** It looks at the source alone: what it finds is the same on every kernel. */
  readonly sourceOnly?: true;
  run(view: DocumentView): readonly Finding[];
  /** What `run` finds, in parts of which each takes little time: of checks that take long for many programs. */
  parts?(view: DocumentView): Iterable<readonly Finding[]>;
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Finding {
  readonly code: DiagnosticCode;
  readonly span: Span;
  /** One sentence about what the kernel will do, then one about what to write. No trailing period juggling: full sentences. */
  readonly message: string;
  /** What to write instead, on the target: said behind the message, unless only other kernels have the finding. */
  readonly advice?: string;
  readonly severity: Severity;
  /** True where another kernel could judge differently; such findings are softened when nobody chose the kernel. */
  readonly dependsOnKernel: boolean;
  readonly fixes: readonly Fix[];
  /** Labels of the kernels on which it holds, the target first; set by `runChecks` where several are checked. */
  readonly holdsOn?: readonly string[];
  /** Other places that explain it, in the same document. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly newText: string }[];
  /** The one that VS Code applies on "Fix all"/auto fix: exactly one sensible answer. */
  readonly preferred: boolean;
  /** Right on every kernel: also offered where the target has no such finding. */
  readonly portable?: true;
}
