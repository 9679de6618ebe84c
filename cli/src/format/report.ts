/** What a report is made from. */
import type { KernelProvenance } from '#core/kernel/model';
import type { Finding } from '#server/checks/check';

export interface CheckedFile {
  /** As people see it: relative to the working folder. */
  readonly path: string;
  readonly uri: string;
  readonly text: string;
  readonly findings: readonly Finding[];
}

export interface ReportOptions {
  readonly kernel: KernelProvenance;
  readonly colour: boolean;
}

export type Report = (files: readonly CheckedFile[], options: ReportOptions) => string;

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
