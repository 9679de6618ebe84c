/** Findings as SARIF. */
import type { Finding, Severity } from '#server/checks/check';
import { checks } from '#server/checks/index';
import { positionAt } from './report';
import type { CheckedFile, Report } from './report';
import { artifact, sarifLog } from './sarif-log';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
  hint: 'note',
};

export const sarifReport: Report = (files, { kernel }) =>
  sarifLog({
    rules: checks.map(({ code }) => ({ id: code })),
    properties: { kernel },
    results: files.flatMap((file) => file.findings.map((finding) => result(file, finding))),
  });

function result(file: CheckedFile, finding: Finding) {
  return {
    ruleId: finding.code,
    ruleIndex: checks.findIndex(({ code }) => code === finding.code),
    level: levels[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(file.path),
          region: region(file, finding.span),
        },
      },
    ],
    ...(finding.fixes.length > 0 && {
      fixes: finding.fixes.map((fix) => ({
        description: { text: fix.title },
        artifactChanges: [
          {
            artifactLocation: artifact(file.path),
            replacements: fix.edits.map(({ span, newText }) => ({
              deletedRegion: region(file, span),
              insertedContent: { text: newText },
            })),
          },
        ],
      })),
    }),
  };
}

function region(file: CheckedFile, span: Finding['span']) {
  const start = positionAt(file.text, span.start);
  const end = positionAt(file.text, span.end);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
