/** Findings as compilers print them: `path:line:column: error: message [code]`, then the line with carets. */
import { styleText } from 'node:util';
import type { Finding, Severity } from '#server/checks/check';
import { lineText, positionAt } from './report';
import type { CheckedFile, Report, ReportOptions } from './report';

export const textReport: Report = (files, options) => {
  const blocks = files.flatMap((file) => file.findings.map((finding) => block(file, finding, options)));
  return [...blocks, summary(files)].join('');
};

type Style = Parameters<typeof styleText>[0];
const styles: Readonly<Record<Severity, Style>> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  information: ['bold', 'blue'],
  hint: ['dim'],
};

function block(file: CheckedFile, finding: Finding, { colour }: ReportOptions): string {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text) : text);
  const at = positionAt(file.text, finding.span.start);
  const line = lineText(file.text, at, finding.span.start);
  const indent = line.slice(0, at.column - 1).replace(/[^\t]/g, ' ');
  const width = Math.max(1, Math.min(finding.span.end - finding.span.start, line.length - at.column + 1));
  const lines = [
    `${file.path}:${at.line}:${at.column}: ${paint(styles[finding.severity], finding.severity)}: ${finding.message} [${finding.code}]`,
    `  ${line}`,
    `  ${indent}${paint(['green'], '^'.repeat(width))}`,
    ...finding.fixes.map((fix) => `  ${paint(['cyan'], 'fix')}: ${fix.title}`),
  ];
  return `${lines.join('\n')}\n`;
}

function summary(files: readonly CheckedFile[]): string {
  const findings = files.flatMap((file) => file.findings);
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  return `${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')} in ${plural(files.length, 'file')}\n`;
}
