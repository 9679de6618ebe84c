/** What a report is made from. */
import type { KernelProvenance } from '#core/kernel/model';
import type { Finding } from '#server/checks/check';
import type { KernelView } from '#server/view';

export interface CheckedFile {
  /** As people see it: relative to the working folder. */
  readonly path: string;
  readonly uri: string;
  readonly text: string;
  readonly findings: readonly Finding[];
}

export interface ReportOptions {
  /** The target; its others are checked too. */
  readonly kernel: KernelView;
  /** Kernels that could not be checked. */
  readonly problems: readonly string[];
  readonly colour: boolean;
}

export type Report = (files: readonly CheckedFile[], options: ReportOptions) => string;

/** What machines read of the kernels: the target as ever, and, where there are more, all of them by the names in findings. */
export function kernelsOf({ kernel, problems }: ReportOptions): {
  readonly kernel: KernelProvenance;
  readonly kernels?: readonly (KernelProvenance & { readonly label: string })[];
  readonly problems?: readonly string[];
} {
  const all = [kernel, ...kernel.others].map(({ label, index }) => ({ label, ...index.provenance }));
  return {
    kernel: kernel.index.provenance,
    ...(all.length > 1 && { kernels: all }),
    ...(problems.length > 0 && { problems }),
  };
}

/** Lines and columns from 1; columns in UTF-16 code units, like `startColumn` of SARIF's default and of editors. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', start)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

export function lineText(text: string, { line, column }: Position, offset: number): string {
  const start = offset - column + 1;
  const end = text.indexOf('\n', start);
  return line > 0 ? text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '') : '';
}
