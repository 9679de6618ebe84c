/** Findings as one JSON document, for scripts. Lines and columns from 1. */
import { kernelsOf, positionAt } from './report';
import type { Report } from './report';

export const jsonReport: Report = (files, options) => {
  const findings = files.flatMap((file) =>
    file.findings.map((finding) => ({
      file: file.path,
      start: positionAt(file.text, finding.span.start),
      end: positionAt(file.text, finding.span.end),
      severity: finding.severity,
      code: finding.code,
      message: finding.message,
      ...(finding.holdsOn && { kernels: finding.holdsOn }),
      fixes: finding.fixes.map((fix) => ({
        title: fix.title,
        edits: fix.edits.map(({ span, newText }) => ({
          start: positionAt(file.text, span.start),
          end: positionAt(file.text, span.end),
          newText,
        })),
      })),
    })),
  );
  return `${JSON.stringify({ version: 1, ...kernelsOf(options), files: files.map((file) => file.path), findings }, null, 2)}\n`;
};
